//! Databases in the app's own forms, written as SQL text from what was observed of the app.

use std::path::Path;
use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rusqlite::Connection;

/// The password of every account that has one.
pub const PASSWORD: &str = "Quiet-River#48Lamp";
/// A password that passes the rules and is nobody's.
pub const OTHER: &str = "Garnet*Leaf37/Wolf";
/// The salt of every account that has one.
pub const SALT: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// The app's first form: accounts without passwords.
pub const PREAUTH: &str = "
CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR(50) NOT NULL, email VARCHAR(100) NOT NULL,
  created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id));
CREATE INDEX ix_users_id ON users (id);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE TABLE items (id INTEGER NOT NULL, title VARCHAR(200) NOT NULL, description TEXT, user_id INTEGER,
  created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id));
CREATE INDEX ix_items_id ON items (id);";

/// The nine columns of the app's migration.
pub const NINE: &str = r#"
ALTER TABLE users ADD COLUMN password_hash TEXT DEFAULT "";
ALTER TABLE users ADD COLUMN salt TEXT DEFAULT "";
ALTER TABLE users ADD COLUMN is_active BOOLEAN DEFAULT 1;
ALTER TABLE users ADD COLUMN is_verified BOOLEAN DEFAULT 0;
ALTER TABLE users ADD COLUMN last_login TIMESTAMP NULL;
ALTER TABLE users ADD COLUMN failed_login_attempts INTEGER DEFAULT 0;
ALTER TABLE users ADD COLUMN locked_until TIMESTAMP NULL;
ALTER TABLE users ADD COLUMN role TEXT DEFAULT "patient";
ALTER TABLE users ADD COLUMN full_name TEXT NULL;"#;

/// The log of events, as its document fixes it.
pub const EVENTS: &str = "
CREATE TABLE security_events (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL,
  outcome TEXT NOT NULL, target_id INTEGER, target_username TEXT, before TEXT, after TEXT, details TEXT, reason TEXT,
  actor_uid INTEGER, actor_name TEXT, actor_login_uid INTEGER, actor_sudo_user TEXT, actor_terminal TEXT,
  actor_host TEXT, version TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX ix_security_events_target_id ON security_events (target_id);";

/// The newest form: customers, no uniqueness, no defaults.
pub const HEAD: &str = "
CREATE TABLE customers (id INTEGER NOT NULL, company_name VARCHAR(255) NOT NULL, company_email VARCHAR(255) NOT NULL,
  is_active BOOLEAN, subscription_expires_at DATETIME, PRIMARY KEY (id));
CREATE TABLE users (id INTEGER NOT NULL, customer_id INTEGER, username VARCHAR(50) NOT NULL,
  email VARCHAR(255) NOT NULL, password_hash VARCHAR(255) NOT NULL, salt VARCHAR(255) NOT NULL,
  full_name VARCHAR(255), role VARCHAR(50), is_active BOOLEAN, is_verified BOOLEAN, failed_login_attempts INTEGER,
  locked_until DATETIME, last_login DATETIME, created_at DATETIME NOT NULL, PRIMARY KEY (id),
  FOREIGN KEY(customer_id) REFERENCES customers (id));
CREATE INDEX ix_users_email ON users (email);
CREATE INDEX ix_users_username ON users (username);";

/// The accounts of most tests; `{hash}` and `{salt}` are filled in.
const ACCOUNTS: &str = "
INSERT INTO users (id, username, email, created_at, password_hash, salt, is_active, is_verified, last_login,
                   failed_login_attempts, locked_until, role, full_name) VALUES
 (1,'ann','ann@example.org','2025-03-01 08:00:00','{hash}','{salt}',1,1,'2026-01-02 03:04:05.678901',0,NULL,'admin','Ann Admin'),
 (2,'bob','bob@example.org','2025-03-01 08:05:00','{hash}','{salt}',1,0,NULL,0,NULL,'patient','Bob Stone'),
 (3,'cleo','Cleo.M@example.org','2025-03-02 09:00:00.123456','{hash}','{salt}',1,1,NULL,2,NULL,'therapist',NULL),
 (4,'dora','dora@example.org','2025-03-02 09:00:00','{hash}','{salt}',1,0,NULL,0,'2099-01-01 00:00:00.000000+00:00','patient',NULL),
 (5,'emil','emil@example.org','2025-03-02 09:00:00','{hash}','{salt}',1,0,NULL,5,'2099-01-01 00:00:00.000000','patient',NULL),
 (6,'finn','finn@example.org','2025-03-02 09:00:00','{hash}','{salt}',0,0,NULL,0,NULL,'patient',NULL),
 (7,'gus','gus@example.org','2025-03-02 09:00:00','{hash}','{salt}',1,0,NULL,5,'2025-06-07 10:00:00.000000','patient',NULL),
 (8,'hana','hana@example.org','2025-03-02 09:00:00','','',1,0,NULL,0,NULL,'patient',NULL),
 (9,'ivo','ivo@example.org','2025-03-02 09:00:00','{hash}','{salt}',1,0,NULL,0,'soon','patient',NULL),
 (10,'jan','jan@example.org','2025-03-02 09:00:00','{hash}','{salt}',1,0,NULL,5,'2025-06-07 10:00:00.000000+00:00','patient',NULL);
INSERT INTO items (id, title, user_id) VALUES (1,'Note',1),(2,'orphan',77);";

/// A hash in the app's form of a password with a salt; cheap parameters, which the app reads as well.
pub fn hash(password: &str, salt: &str) -> String {
    let params = Params::new(64, 1, 1, Some(32)).expect("small parameters");
    let mut tag = [0_u8; 32];
    let input = format!("{password}{salt}");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(input.as_bytes(), b"fixed-16b-salt..", &mut tag)
        .expect("a hash");
    let (salt, tag) = (STANDARD_NO_PAD.encode(b"fixed-16b-salt.."), STANDARD_NO_PAD.encode(tag));
    format!("$argon2id$v=19$m=64,t=1,p=1${salt}${tag}")
}

/// Fills in hash and salt.
pub fn filled(sql: &str) -> String {
    static HASH: LazyLock<String> = LazyLock::new(|| hash(PASSWORD, SALT));
    sql.replace("{hash}", &HASH).replace("{salt}", SALT)
}

/// Makes a file from SQL text, foreign keys off as in the app.
pub fn make(path: &Path, statements: &[&str]) {
    let db = Connection::open(path).expect("a new database");
    db.pragma_update(None, "foreign_keys", false).expect("foreign keys off");
    // A scratch file need not outlive a power cut.
    db.pragma_update(None, "synchronous", "OFF").expect("synchronous off");
    for sql in statements {
        db.execute_batch(&filled(sql)).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// A migrated file with the usual accounts.
pub fn usual(path: &Path) {
    make(path, &[PREAUTH, NINE, EVENTS, ACCOUNTS]);
}

/// A file as the app's own migration leaves it, with the usual accounts and without the log of events.
pub fn unlogged(path: &Path) {
    make(path, &[PREAUTH, NINE, ACCOUNTS]);
}

/// A file from before accounts had passwords, with three accounts.
pub fn preauth(path: &Path) {
    let rows = "INSERT INTO users (id, username, email, created_at) VALUES
      (1,'ada.w','ada.w@example.org','2025-03-01 08:00:00'), (2,'bo_k','bo.k@example.org','2025-03-01 08:05:00'),
      (3,'cleo-m','Cleo.M@example.org','2025-03-02 09:00:00')";
    make(path, &[PREAUTH, rows]);
}

/// A file of the newest app: two customers, and twins.
pub fn head(path: &Path) {
    let rows = "
      INSERT INTO customers (id, company_name, company_email, is_active, subscription_expires_at) VALUES
        (1,'North','n@example.org',1,NULL), (2,'South','s@example.org',0,NULL),
        (3,'East','e@example.org',1,'2026-01-01 00:00:00.000000');
      INSERT INTO users (id, customer_id, username, email, password_hash, salt, full_name, role, is_active,
                         is_verified, failed_login_attempts, locked_until, last_login, created_at) VALUES
        (1,1,'root','root@example.org','{hash}','{salt}',NULL,'admin',1,1,0,NULL,NULL,'2026-01-01 00:00:00.000000'),
        (2,1,'twin','shared@example.org','{hash}','{salt}',NULL,'user',1,1,0,NULL,NULL,'2026-01-01 00:00:00.000000'),
        (3,2,'twin2','shared@example.org','{hash}','{salt}',NULL,'user',1,1,0,NULL,NULL,'2026-01-01 00:00:00.000000'),
        (4,3,'late','late@example.org','{hash}','{salt}',NULL,'user',1,1,0,NULL,NULL,'2026-01-01 00:00:00.000000'),
        (5,NULL,'free','free@example.org','{hash}','{salt}',NULL,'moderator',1,1,0,NULL,NULL,'2026-01-01 00:00:00.000000');";
    make(path, &[HEAD, EVENTS, rows]);
}
