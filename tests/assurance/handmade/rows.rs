//! Rows that no form of the app would have written.

use super::{ACCOUNTS, Case, Codes, Made, WELL};
use crate::inside::fixture::{EVENTS, HEAD, NINE, PREAUTH};

const fn on(name: &'static str, why: &'static str, codes: Codes, sql: &'static str) -> Case {
    Case { name, why, made: Made::On(sql), codes, says: &[] }
}

/// `user export` marks what it cannot give, and `db check` counts it.
const UNREADABLE: Codes = [0, 0, 10, 0, 0, 11, 11, 0, 0, 7];

/// The account cannot be locked first, so the login is judged by its hash: it ends with this.
const fn login(code: u8) -> Codes {
    [0, 0, 0, 0, 0, 0, 11, 0, 4, code]
}

/// bob is the only one who could log in as admin: the lock is refused, and the login is judged by its hash.
macro_rules! lone_admin {
    ($hash:literal) => {
        concat!("DELETE FROM users WHERE id = 1; UPDATE users SET role = 'admin', ", $hash, " WHERE id = 2")
    };
}

const DATES: &str = "
WITH forms(n, form) AS (VALUES
 (10,'2026-11-25 02:00:00'), (11,'2026-11-25 02:00:00.1'), (12,'2026-11-25T02:00:00Z'), (13,'2026-11-25T02:00:00z'),
 (14,'2026-11-25 02:00:00+00:00'), (15,'2026-11-25 02:00:00.123456+05:30'), (16,'2026-11-25 02:00:00-23:59:59.999999'),
 (17,'2026-W48-3'), (18,'20261125T020000'), (19,'2026-11-25'), (20,'2026-11-25 24:00:00'), (21,'2026-11-25 23:59:60'),
 (22,'10000-01-01 00:00:00'), (23,'0000-01-01 00:00:00'), (24,'0001-01-01 00:00:00+23:59'), (25,'9999-12-31 23:59:59.999999-23:59'),
 (26,''), (27,' '), (28,'soon'), (29,'2026/11/25'), (30,' 2026-11-25 02:00:00'), (31,'2026-11-25 02:00:00 '),
 (32,'2026-1-2 3:4:5'), (33,'2026-02-30 00:00:00'), (34,'2026-11-25 02:00:00+24:00'), (35,'२०२६-११-२५ ०२:००:००'),
 (36,1795572000), (37,1795572000.5), (38,-1), (39,9223372036854775807), (40,x'00ff'), (41,CAST(x'ff' AS TEXT)),
 (42,9e999), (43,NULL), (44,'-2026-11-25'), (45,'2026-11-25 02:00:00.'), (46,'2026-11-25 02'), (47,'now'))
INSERT INTO users (id, username, email, created_at, is_active, last_login, locked_until, failed_login_attempts, role)
SELECT n, 'date' || n, 'date' || n || '@example.org', form, 1, form, form, form, 'patient' FROM forms";

pub const CASES: [Case; 21] = [
    on(
        "every cell of a wrong type",
        "such a row is shown marked",
        UNREADABLE,
        "UPDATE users SET username = x'ff00', email = 5, created_at = 1.5, password_hash = x'', salt = 7,
           is_active = 'false', is_verified = x'01', last_login = -1, failed_login_attempts = 'many',
           locked_until = x'00', role = 2.5, full_name = 3 WHERE id = 3",
    ),
    on(
        "every text broken",
        "such a row is shown marked",
        UNREADABLE,
        "UPDATE users SET username = CAST(x'61ff62' AS TEXT), email = CAST(x'c328' AS TEXT),
           password_hash = CAST(x'fe' AS TEXT), salt = CAST(x'fe' AS TEXT), role = CAST(x'80' AS TEXT),
           full_name = CAST(x'eda080' AS TEXT), locked_until = CAST(x'ff' AS TEXT) WHERE id = 3",
    ),
    on(
        "BLOBs in the events",
        "they are shown, and found by audit verify",
        WELL,
        "INSERT INTO security_events (at, event, outcome, target_id, target_username, before, after, details, reason,
           actor_name, version, prev_hash, hash)
         VALUES (x'00', x'ff', 5, 2, x'ff', '{', '[]', 'null', CAST(x'ff' AS TEXT), x'01', 1.5, x'', 'short'),
                ('', '', '', 2, '', '', '', '', '', '', '', '', '')",
    ),
    on(
        "Argon2 with 2 GiB",
        "beyond what is computed: not a wrong password",
        login(6),
        lone_admin!(
            "password_hash = '$argon2id$v=19$m=2097152,t=3,p=1$Zml4ZWQtMTZiLXNhbHQuLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"
        ),
    ),
    on(
        "Argon2 with every number at its end",
        "beyond what is computed",
        login(6),
        lone_admin!(
            "password_hash = '$argon2id$v=19$m=4294967295,t=4294967295,p=16777215$Zml4ZWQtMTZiLXNhbHQuLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"
        ),
    ),
    on(
        "Argon2 with 4,000 passes",
        "beyond what is computed",
        login(6),
        lone_admin!(
            "password_hash = '$argon2id$v=19$m=65536,t=4000,p=1$Zml4ZWQtMTZiLXNhbHQuLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"
        ),
    ),
    on(
        "bcrypt with 2^31 rounds",
        "beyond what is computed",
        login(6),
        lone_admin!("password_hash = '$2b$31$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'"),
    ),
    on(
        "a hash of 20 MB",
        "no hash has that length",
        login(6),
        lone_admin!("password_hash = '$argon2id$' || hex(zeroblob(10000000))"),
    ),
    on(
        "a salt of 20 MB",
        "the app refuses more than 4,096 characters",
        login(6),
        lone_admin!("salt = hex(zeroblob(10000000))"),
    ),
    on(
        "ten million failed attempts",
        "the app looks at locked_until alone",
        login(0),
        lone_admin!("failed_login_attempts = 10000000"),
    ),
    on(
        "all failed attempts there are",
        "the app looks at locked_until alone",
        login(0),
        lone_admin!("failed_login_attempts = 9223372036854775807"),
    ),
    on("dates of every form", "parsed as Python does, or marked", UNREADABLE, DATES),
    on(
        "ids at both ends",
        "an id is 64 bits",
        WELL,
        "INSERT INTO users (id, username, email) VALUES (9223372036854775807,'max','max@example.org'),
           (-9223372036854775808,'min','min@example.org'), (0,'zero','zero@example.org'), (-2,'neg','neg@example.org')",
    ),
    on(
        "names like options and kinds",
        "exact match first",
        WELL,
        "INSERT INTO users (username, email) VALUES ('-','-'), ('id:2','id:2'), ('user:bob','email:bob'), ('','' ),
           ('--all-locked','--yes'), ('2','2'), ('NULL','null')",
    ),
    on(
        "names of every control character",
        "escaped wherever a person reads them",
        WELL,
        "WITH RECURSIVE n(c) AS (SELECT 1 UNION ALL SELECT c + 1 FROM n WHERE c < 159)
         INSERT INTO users (username, email, full_name, role)
         SELECT 'a' || char(c) || 'b' || c, 'e' || char(c) || c, char(c, 8238, c, 8203), char(c) FROM n",
    ),
    on(
        "a NUL in a name",
        "SQLite and the app keep it",
        WELL,
        "UPDATE users SET username = 'cl' || char(0) || 'eo', full_name = char(0) WHERE id = 3",
    ),
    on(
        "a full name of 2 MB",
        "a long row is slow, not wrong",
        WELL,
        "UPDATE users SET full_name = hex(zeroblob(1000000)) WHERE id = 3",
    ),
    on(
        "1,000 accounts that differ in case",
        "exact match first",
        WELL,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO users (username, email) SELECT CASE i % 2 WHEN 0 THEN 'BOB' ELSE 'Bob' END || i,
           CASE i WHEN 1 THEN 'BOB@example.org' ELSE 'Bob' || i || '@example.org' END FROM n",
    ),
    Case {
        name: "twins",
        why: "which of two is meant is not guessed",
        made: Made::From(&[
            HEAD,
            EVENTS,
            "INSERT INTO users (id, username, email, password_hash, salt, role, is_active, is_verified,
               failed_login_attempts, created_at)
             VALUES (1,'ann','ann@example.org','{hash}','{salt}','admin',1,1,0,'2026-01-01 00:00:00'),
                    (2,'bob','bob@example.org','{hash}','{salt}','user',1,1,0,'2026-01-01 00:00:00'),
                    (3,'bob','bob@example.org','{hash}','{salt}','user',1,1,0,'2026-01-01 00:00:00')",
        ]),
        codes: [0, 0, 0, 0, 0, 0, 11, 0, 0, 4],
        says: &[],
    },
    Case {
        name: "customers without their columns",
        why: "whether the customer has paid cannot be read",
        made: Made::From(&[
            PREAUTH,
            NINE,
            EVENTS,
            ACCOUNTS,
            "ALTER TABLE users ADD COLUMN customer_id INTEGER; CREATE VIEW customers AS SELECT 1 AS id;
             UPDATE users SET customer_id = 1, role = 'user' WHERE id = 2",
        ]),
        codes: [0, 0, 0, 0, 0, 0, 11, 9, 0, 9],
        says: &[],
    },
    Case {
        name: "UTF-16",
        why: "SQLite converts it",
        made: Made::From(&["PRAGMA encoding = 'UTF-16be'", PREAUTH, NINE, EVENTS, ACCOUNTS]),
        codes: WELL,
        says: &[],
    },
];
