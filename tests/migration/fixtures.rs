//! The files that `stages` migrates: each stage in both journal modes, full and empty, plain and grown.

use std::path::{Path, PathBuf};

use crate::bench::execute;
use crate::support::{Journal, Stage, make_db_in};

/// What people add to their files; the trigger and the broken view are what SQLite itself would trip over first.
const EXTRAS: &str = r#"
    ALTER TABLE users ADD COLUMN "order" TEXT DEFAULT 'x''y';
    ALTER TABLE users ADD COLUMN "we""ird" VARCHAR(20) COLLATE NOCASE;
    UPDATE users SET "order" = x'00ff', "we""ird" = 1.5 WHERE id = 2;
    CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, body BLOB);
    INSERT INTO notes (user_id, body) SELECT id, zeroblob(9000) FROM users;
    INSERT INTO notes (user_id, body) VALUES (4711, 'no such user');
    CREATE TABLE "group" ("select" TEXT CHECK ("select" <> "never"), "a b" REAL DEFAULT 0.1);
    INSERT INTO "group" VALUES ('é', NULL), (char(0) || 'x', -0.0);
    CREATE TABLE pairs (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID;
    INSERT INTO pairs VALUES (1, 'x'), (2, 'y');
    CREATE INDEX ix_extra ON users (created_at DESC, username);
    CREATE INDEX ix_partial ON users (email) WHERE email <> "";
    CREATE INDEX ix_lower ON users (lower(username));
    CREATE VIEW v_users AS SELECT id, username AS "name" FROM users;
    CREATE VIEW v_broken AS SELECT lost FROM nowhere;
    CREATE TRIGGER t_touch AFTER UPDATE ON users WHEN "x" <> ""
      BEGIN INSERT INTO notes (user_id, body) VALUES (new.id, "touched"); END;
    CREATE VIRTUAL TABLE words USING fts5(body);
    INSERT INTO words VALUES ('hello there');
    ANALYZE;
"#;

const EVERYTHING_GONE: &str = "DELETE FROM users";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Filling {
    Rows,
    NoRows,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    Plain,
    Extras,
}

#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub stage: Stage,
    pub journal: Journal,
    pub filling: Filling,
    pub shape: Shape,
}

pub fn every_case(stage: Stage) -> Vec<Case> {
    let mut cases = Vec::new();
    for journal in [Journal::Delete, Journal::Wal] {
        for filling in [Filling::Rows, Filling::NoRows] {
            for shape in [Shape::Plain, Shape::Extras] {
                cases.push(Case { stage, journal, filling, shape });
            }
        }
    }
    cases
}

pub fn make(case: Case, dir: &Path) -> PathBuf {
    let db = make_db_in(case.stage, dir, case.journal);
    if case.shape == Shape::Extras {
        execute(&db, EXTRAS);
    }
    if case.filling == Filling::NoRows {
        execute(&db, EVERYTHING_GONE);
    }
    db
}
