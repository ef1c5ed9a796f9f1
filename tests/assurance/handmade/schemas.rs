//! Schemas that mean harm, or are somebody else's idea.

use super::{ACCOUNTS, Case, Codes, DAMAGED, DRIFTED, Made, REFUSED, WELL};
use crate::inside::fixture::{EVENTS, NINE, PREAUTH};

const fn on(name: &'static str, why: &'static str, codes: Codes, sql: &'static str) -> Case {
    Case { name, why, made: Made::On(sql), codes, says: &[] }
}

const fn from(name: &'static str, why: &'static str, codes: Codes, sql: &'static [&'static str]) -> Case {
    Case { name, why, made: Made::From(sql), codes, says: &[] }
}

const fn saying(case: Case, says: &'static [(usize, &'static str)]) -> Case {
    Case { says, ..case }
}

/// The lock is refused with this, and so is the login, since it writes as well.
const fn unwritable(code: u8) -> Codes {
    [0, 0, 0, 0, 0, 0, 11, 0, code, code]
}

const WIDE: &str = include_str!("wide.sql");

pub const CASES: [Case; 28] = [
    from("users is a view", "the app's is a table", REFUSED, &[
        "CREATE TABLE people (id INTEGER PRIMARY KEY, username, email); CREATE VIEW users AS SELECT * FROM people;
         CREATE TRIGGER put INSTEAD OF UPDATE ON users BEGIN DELETE FROM people; END",
    ]),
    from("users is a view of itself", "a view without end", REFUSED, &[
        "CREATE VIEW users AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c)
           SELECT id, 'x' AS username, 'y' AS email FROM c",
    ]),
    from("users is a full-text index", "the app's is a table", REFUSED, &[
        "CREATE VIRTUAL TABLE users USING fts5(id, username, email)",
    ]),
    from("users is STRICT", "its columns would refuse what the app writes", REFUSED, &[
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT) STRICT",
    ]),
    from("users is WITHOUT ROWID", "it holds accounts as any other table does", WELL, &[
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(50) NOT NULL UNIQUE,
           email VARCHAR(100) NOT NULL UNIQUE, created_at DATETIME) WITHOUT ROWID",
        NINE, EVENTS, ACCOUNTS,
    ]),
    from("role is generated", "it cannot be written", DRIFTED, &[
        PREAUTH,
        "ALTER TABLE users ADD COLUMN password_hash TEXT DEFAULT ''; ALTER TABLE users ADD COLUMN salt TEXT DEFAULT '';
         ALTER TABLE users ADD COLUMN is_active BOOLEAN DEFAULT 1;
         ALTER TABLE users ADD COLUMN is_verified BOOLEAN DEFAULT 0;
         ALTER TABLE users ADD COLUMN last_login TIMESTAMP NULL;
         ALTER TABLE users ADD COLUMN failed_login_attempts INTEGER DEFAULT 0;
         ALTER TABLE users ADD COLUMN locked_until TIMESTAMP NULL; ALTER TABLE users ADD COLUMN full_name TEXT;
         ALTER TABLE users ADD COLUMN role TEXT AS ('admin');
         INSERT INTO users (id, username, email) VALUES (2, 'bob', 'bob@example.org')",
        EVENTS,
    ]),
    on("500 more columns", "they are nobody's business", WELL, WIDE),
    on("columns with odd names", "they are nobody's business", WELL,
        "ALTER TABLE users ADD COLUMN \"role\n\"; ALTER TABLE users ADD COLUMN \"x'y\"\"z\"; ALTER TABLE users ADD COLUMN \"\u{202e}\""),
    from("names in capitals", "SQLite's names are case-blind", WELL, &[
        "CREATE TABLE USERS (ID INTEGER PRIMARY KEY, UserName VARCHAR(50) NOT NULL UNIQUE,
          EMAIL VARCHAR(100) NOT NULL UNIQUE, Created_At DATETIME, Password_Hash TEXT, SALT TEXT, IS_ACTIVE BOOLEAN,
          is_Verified BOOLEAN, LAST_login TIMESTAMP, failed_LOGIN_attempts INTEGER, LOCKED_until TIMESTAMP, Role TEXT,
          Full_Name TEXT)",
        EVENTS, ACCOUNTS,
    ]),
    saying(on("a trigger that rewrites roles", "it fires as for the app, and is named", WELL,
        "CREATE TRIGGER make_admin AFTER UPDATE ON users BEGIN UPDATE users SET role = 'admin' WHERE id = 3; END"),
        &[(8, "make_admin"), (6, "make_admin")]),
    saying(on("a trigger that refuses", "the file does not let us write, and says why", unwritable(9),
        "CREATE TRIGGER no BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'not today'); END"),
        &[(8, "not today")]),
    saying(on("a trigger that drops the change", "what is not kept is not reported as done", unwritable(9),
        "CREATE TRIGGER drop_it BEFORE UPDATE ON users BEGIN SELECT RAISE(IGNORE); END"),
        &[(8, "drop_it")]),
    saying(on("a trigger that takes the change back", "a lock that is not kept is not reported as done; a login clears it",
        [0, 0, 0, 0, 0, 0, 11, 0, 9, 0],
        "CREATE TRIGGER undo AFTER UPDATE OF locked_until ON users BEGIN
           UPDATE users SET locked_until = NULL WHERE id = NEW.id; END"),
        &[(8, "undo")]),
    saying(on("a trigger without end", "nobody may hold the write lock for ever", unwritable(9),
        "CREATE TRIGGER spin AFTER UPDATE ON users BEGIN
           INSERT INTO items (title) SELECT max(n) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)
             SELECT n FROM c); END"),
        &[(8, "spin")]),
    saying(on("a trigger that drops events", "no change without its event", DRIFTED,
        "CREATE TRIGGER hush BEFORE INSERT ON security_events BEGIN SELECT RAISE(IGNORE); END"), &[(8, "hush")]),
    saying(on("a trigger that takes events away", "no change without its event", DRIFTED,
        "CREATE TRIGGER hush AFTER INSERT ON security_events BEGIN DELETE FROM security_events WHERE id = NEW.id; END"),
        &[(8, "hush")]),
    on("a check that refuses locks", "the value is refused by a rule of the table", unwritable(5),
        "ALTER TABLE users ADD COLUMN extra INTEGER CHECK (locked_until IS NULL AND last_login IS NULL)"),
    on("an index on lower(username)", "the app writes through it, and so do we", WELL,
        "CREATE UNIQUE INDEX folded ON users (lower(username)); CREATE INDEX part ON users (id) WHERE is_active = 1"),
    on("an index with an unknown collation", "nobody without it can write", [0, 0, 0, 0, 0, 11, 11, 0, 9, 9],
        "CREATE INDEX odd ON users (locked_until COLLATE NOCASE); PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'klingon') WHERE name = 'odd'"),
    on("schema text of noise", "SQLite cannot read the schema", DAMAGED,
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE users (' WHERE name = 'users'"),
    on("schema text of another table", "SQLite cannot read the schema", DAMAGED,
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX users ON users (id)' WHERE name = 'users'"),
    on("views of each other", "nobody asks them", WELL,
        "CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a; CREATE VIEW c AS SELECT x FROM nowhere"),
    saying(on("ids of events used up", "AUTOINCREMENT has no next one", unwritable(8),
        "INSERT INTO security_events (id, at, event, outcome, version, prev_hash, hash)
           VALUES (9223372036854775807, '2026-01-01T00:00:00.000Z', 'user_verified', 'done', '1', '', '')"),
        &[(8, "no ids left")]),
    on("sqlite_sequence with a word in it", "SQLite takes it for nothing", WELL,
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('security_events', 'many'), ('users', -5), (NULL, NULL)"),
    from("security_events of somebody else", "it has other columns", DRIFTED, &[
        PREAUTH, NINE, ACCOUNTS, "CREATE TABLE security_events (id INTEGER PRIMARY KEY, what TEXT)",
    ]),
    from("security_events is a view", "it has to be a table", DRIFTED, &[
        PREAUTH, NINE, ACCOUNTS, "CREATE VIEW security_events AS SELECT 1 AS id",
    ]),
    on("foreign keys in a circle", "the app runs with foreign keys off", WELL,
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id) ON DELETE CASCADE);
         CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id) ON DELETE CASCADE,
           u INTEGER REFERENCES users (id) ON UPDATE CASCADE);
         INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1, 2)"),
    on("a foreign key to no key", "it can never be checked: a finding", [0, 0, 0, 0, 0, 11, 11, 0, 0, 7],
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, who TEXT REFERENCES users (full_name), far INTEGER REFERENCES gone (x));
         INSERT INTO notes VALUES (1, 'Bob Stone', 5)"),
];
