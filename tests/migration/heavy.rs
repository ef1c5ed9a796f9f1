//! Files that take a while to copy and no time to make: few accounts, and large notes.

use std::path::Path;

use crate::bench::{connection, large_db};

/// Bytes of one note.
const NOTE: u32 = 65_536;

/// A file of the first stage with `users` accounts and `megabytes` of notes.
pub fn heavy_db(path: &Path, users: u32, megabytes: u32) {
    large_db(path, users);
    let conn = connection(path);
    conn.execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)").expect("the table can be made");
    conn.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO notes (body) SELECT randomblob(?2) FROM n",
        [megabytes * (1 << 20) / NOTE, NOTE],
    )
    .expect("the notes can be made");
}
