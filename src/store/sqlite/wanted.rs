//! What the migration wants of a file: the nine columns of the app, our own table, and the indexes of the look-ups.
//!
//! What a newcomer would get wrong: the double quotes in the defaults are the app's own text, and stay.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// One of the nine columns: its name, which affinities fit, and the statement that adds it (`app-facts`,
/// stage 2; the double quotes are the app's own).
pub(super) struct Wanted {
    pub(super) name: &'static str,
    pub(super) fits: &'static [Affinity],
    pub(super) sql: &'static str,
}

pub(super) const WANTED: [Wanted; 9] = [
    Wanted {
        name: "password_hash",
        fits: &[Affinity::Text],
        sql: r#"ALTER TABLE users ADD COLUMN password_hash TEXT DEFAULT """#,
    },
    Wanted { name: "salt", fits: &[Affinity::Text], sql: r#"ALTER TABLE users ADD COLUMN salt TEXT DEFAULT """# },
    Wanted {
        name: "is_active",
        fits: &[Affinity::Numeric, Affinity::Integer],
        sql: "ALTER TABLE users ADD COLUMN is_active BOOLEAN DEFAULT 1",
    },
    Wanted {
        name: "is_verified",
        fits: &[Affinity::Numeric, Affinity::Integer],
        sql: "ALTER TABLE users ADD COLUMN is_verified BOOLEAN DEFAULT 0",
    },
    Wanted {
        name: "last_login",
        fits: &[Affinity::Numeric, Affinity::Text],
        sql: "ALTER TABLE users ADD COLUMN last_login TIMESTAMP NULL",
    },
    Wanted {
        name: "failed_login_attempts",
        fits: &[Affinity::Integer],
        sql: "ALTER TABLE users ADD COLUMN failed_login_attempts INTEGER DEFAULT 0",
    },
    Wanted {
        name: "locked_until",
        fits: &[Affinity::Numeric, Affinity::Text],
        sql: "ALTER TABLE users ADD COLUMN locked_until TIMESTAMP NULL",
    },
    Wanted {
        name: "role",
        fits: &[Affinity::Text],
        sql: r#"ALTER TABLE users ADD COLUMN role TEXT DEFAULT "patient""#,
    },
    Wanted { name: "full_name", fits: &[Affinity::Text], sql: "ALTER TABLE users ADD COLUMN full_name TEXT NULL" },
];

/// The table of events (`docs/events.md`).
pub(super) const EVENTS_SQL: &str = include_str!("migrations/security_events.sql");

/// Name and declared type of each of its columns, in order.
pub(super) const EVENT_COLUMNS: [(&str, &str); 19] = [
    ("id", "INTEGER"),
    ("at", "TEXT"),
    ("event", "TEXT"),
    ("outcome", "TEXT"),
    ("target_id", "INTEGER"),
    ("target_username", "TEXT"),
    ("before", "TEXT"),
    ("after", "TEXT"),
    ("details", "TEXT"),
    ("reason", "TEXT"),
    ("actor_uid", "INTEGER"),
    ("actor_name", "TEXT"),
    ("actor_login_uid", "INTEGER"),
    ("actor_sudo_user", "TEXT"),
    ("actor_terminal", "TEXT"),
    ("actor_host", "TEXT"),
    ("version", "TEXT"),
    ("prev_hash", "TEXT"),
    ("hash", "TEXT"),
];

/// An index that a look-up needs: its table, its column, and the statement.
pub(super) struct WantedIndex {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) index: &'static str,
    pub(super) sql: &'static str,
}

pub(super) const WANTED_INDEXES: [WantedIndex; 3] = [
    WantedIndex {
        table: "users",
        column: "email",
        index: "ix_users_email",
        sql: "CREATE INDEX ix_users_email ON users (email)",
    },
    WantedIndex {
        table: "users",
        column: "username",
        index: "ix_users_username",
        sql: "CREATE INDEX ix_users_username ON users (username)",
    },
    WantedIndex {
        table: "security_events",
        column: "target_id",
        index: "ix_security_events_target_id",
        sql: "CREATE INDEX ix_security_events_target_id ON security_events (target_id)",
    },
];

/// The affinity of a declared type (sqlite.org/datatype3 §3.1).
pub(super) fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    if has("INT") {
        Affinity::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || declared.is_empty() {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// What SQLite itself makes of a declared type.
    fn of_sqlite(conn: &Connection, declared: &str) -> Affinity {
        let sql = format!("SELECT typeof(CAST('4' AS {declared})), typeof(CAST('4.5' AS {declared}))");
        let classes: (String, String) =
            conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("a type that SQLite reads");
        match (classes.0.as_str(), classes.1.as_str()) {
            ("integer", "integer") => Affinity::Integer,
            ("integer", "real") => Affinity::Numeric,
            ("real", "real") => Affinity::Real,
            ("text", "text") => Affinity::Text,
            ("blob", "blob") => Affinity::Blob,
            other => panic!("{declared}: {other:?}"),
        }
    }

    #[test]
    fn a_column_is_read_as_sqlite_reads_its_declared_type() {
        let conn = Connection::open_in_memory().expect("a database");
        let numbers = "INT; tinyint; UNSIGNED BIG INT; CHARINT; FLOATING POINT; REAL; DOUBLE PRECISION; Float; NUMERIC";
        let others =
            "VARCHAR(255); NATIVE CHARACTER(70); clob; TEXT; TEXTBLOB; BLOB; REALBLOB; DECIMAL(10,5); BOOLEAN; STRING";
        for declared in numbers.split("; ").chain(others.split("; ")) {
            assert_eq!(affinity(declared), of_sqlite(&conn, declared), "{declared}");
        }
        // A cast needs a type; sqlite.org/datatype3 §3.1, rule 3.
        assert_eq!(affinity(""), Affinity::Blob);
    }
}
