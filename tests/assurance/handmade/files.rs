//! Files that are no databases, or whose first bytes are odd.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use super::{Case, Codes, DAMAGED, Made, REFUSED, UNWRITTEN, WELL};
use crate::inside::fixture;
use crate::scale::Random;

const fn refused(name: &'static str, why: &'static str, by: fn(&Path)) -> Case {
    Case { name, why, made: Made::By(by), codes: REFUSED, says: &[] }
}

const fn with(name: &'static str, why: &'static str, codes: Codes, by: fn(&Path)) -> Case {
    Case { name, why, made: Made::By(by), codes, says: &[] }
}

pub const CASES: [Case; 25] = [
    refused("0 bytes", "no SQLite file", |db| replace(db, &[])),
    refused("a text", "no SQLite file", |db| replace(db, "id,username\n".repeat(500).as_bytes())),
    refused("encrypted", "no magic: as SQLCipher writes it", |db| {
        let mut dice = Random::new(5);
        let noise: Vec<u8> = (0..8192).map(|_| dice.next().to_le_bytes()[3]).collect();
        replace(db, &noise);
    }),
    with("the header alone", "a file of 100 bytes has no first page", DAMAGED, |db| {
        let bytes = fs::read(db).expect("the file");
        replace(db, &bytes[..100]);
    }),
    refused("a pipe", "waiting for a writer would be a hang", |db| {
        fs::remove_file(db).expect("removed");
        assert!(Command::new("mkfifo").arg(db).status().expect("mkfifo").success());
    }),
    refused("/dev/zero", "a device has no end", |db| link(db, "/dev/zero")),
    refused("/dev/null", "a device", |db| link(db, "/dev/null")),
    refused("a socket", "not a file", |db| {
        fs::remove_file(db).expect("removed");
        drop(UnixListener::bind(db).expect("a socket"));
    }),
    refused("a directory", "not a file", |db| {
        fs::remove_file(db).expect("removed");
        fs::create_dir(db).expect("a directory");
    }),
    refused("a link to itself", "leads nowhere", |db| link(db, "app.db")),
    refused("a link to nothing", "only init creates a file", |db| link(db, "gone.db")),
    with("4 billion pages claimed", "the file is shorter than its header says", DAMAGED, |db| {
        poke(db, 28, &u32::MAX.to_be_bytes());
    }),
    refused("page size 3", "no power of two", |db| poke(db, 16, &[0, 3])),
    refused("read version 99", "SQLite cannot read it", |db| poke(db, 19, &[99])),
    with("write version 99", "SQLite reads such a file, and does not write it", UNWRITTEN, |db| poke(db, 18, &[99])),
    with("schema format 200", "no SQLite reads it", DAMAGED, |db| poke(db, 44, &200_u32.to_be_bytes())),
    with("64 MiB of zeros behind its end", "the header says where the file ends", WELL, |db| {
        fs::OpenOptions::new().write(true).open(db).and_then(|file| file.set_len(64 << 20)).expect("longer");
    }),
    with("an empty -journal", "an empty journal is cold", WELL, |db| {
        fs::write(db.with_file_name("app.db-journal"), b"").expect("a journal");
    }),
    with("a -journal of zeros", "a journal whose first byte is 0 is cold", WELL, |db| {
        fs::write(db.with_file_name("app.db-journal"), [0; 3000]).expect("a journal");
    }),
    with("an empty -wal", "nothing is in it", WELL, |db| {
        fs::write(db.with_file_name("app.db-wal"), b"").expect("a wal");
    }),
    refused("a directory -wal", "SQLite cannot look whether commits are in it", |db| {
        fs::create_dir(db.with_file_name("app.db-wal")).expect("a directory");
    }),
    refused("a directory -journal", "SQLite cannot look whether it is hot", |db| {
        fs::create_dir(db.with_file_name("app.db-journal")).expect("a directory");
    }),
    with(
        "the first page twice",
        "the schema is sound, and the accounts are not",
        [8, 8, 8, 0, 8, 11, 11, 8, 8, 8],
        |db| {
            let bytes = fs::read(db).expect("the file");
            let twice: Vec<u8> = bytes.iter().copied().take(4096).collect();
            // Where the table `users` has its root.
            poke(db, 4096, &twice);
        },
    ),
    with(
        "two leaves of the accounts in each other's place",
        "read in the order in which they stand, a page would lead back to the one before it without end",
        [8, 0, 8, 0, 8, 11, 11, 0, 0, 7],
        swap_leaves,
    ),
    refused("a program", "not SQLite", |db| {
        fs::copy("/bin/true", db).expect("a copy");
    }),
];

fn replace(db: &Path, bytes: &[u8]) {
    fs::write(db, bytes).expect("the file");
}

fn link(db: &Path, to: &str) {
    fs::remove_file(db).expect("removed");
    symlink(to, db).expect("a link");
}

fn poke(db: &Path, at: u64, bytes: &[u8]) {
    let mut file = File::options().write(true).open(db).expect("the file");
    file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(bytes)).expect("written");
}

/// Makes so many accounts that their table has several leaves, and lets the second and the third change places; the
/// three accounts of the file stay in the first.
fn swap_leaves(db: &Path) {
    fixture::make(
        db,
        &["WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
           INSERT INTO users (username, email, full_name, password_hash, salt, is_active, is_verified,
                              failed_login_attempts, role)
           SELECT 'more' || i, 'more' || i || '@example.org', hex(zeroblob(40)), '', '', 1, 1, 0, 'patient' FROM n"],
    );
    let conn = Connection::open(db).expect("a connection");
    let root: u64 = conn
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'users'", [], |row| row.get::<_, i64>(0))
        .expect("the table")
        .cast_unsigned();
    let bytes = fs::read(db).expect("the file");
    let page = usize::try_from((root - 1) * 4096).expect("small");
    // https://www.sqlite.org/fileformat.html, B-tree Pages: an interior page of a table, its cells, their children.
    assert_eq!(bytes[page], 5, "one level of leaves");
    let cell = |number: usize| {
        let at = page + 12 + number * 2;
        page + usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
    };
    let (second, third) = (cell(1), cell(2));
    poke(db, second as u64, &bytes[third..third + 4]);
    poke(db, third as u64, &bytes[second..second + 4]);
}
