-- A new app.db, as `authctl init` makes it: the tables of the app's first version with the nine columns of the
-- auth migration (double-quoted defaults and all: the app's own text), and authctl's security_events.

CREATE TABLE users (
    id INTEGER NOT NULL,
    username VARCHAR(50) NOT NULL,
    email VARCHAR(100) NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    password_hash TEXT DEFAULT "",
    salt TEXT DEFAULT "",
    is_active BOOLEAN DEFAULT 1,
    is_verified BOOLEAN DEFAULT 0,
    last_login TIMESTAMP NULL,
    failed_login_attempts INTEGER DEFAULT 0,
    locked_until TIMESTAMP NULL,
    role TEXT DEFAULT "patient",
    full_name TEXT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_users_id ON users (id);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE UNIQUE INDEX ix_users_email ON users (email);

CREATE TABLE items (
    id INTEGER NOT NULL,
    title VARCHAR(200) NOT NULL,
    description TEXT,
    user_id INTEGER,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_items_id ON items (id);

CREATE TABLE security_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    outcome TEXT NOT NULL,
    target_id INTEGER,
    target_username TEXT,
    before TEXT,
    after TEXT,
    details TEXT,
    reason TEXT,
    actor_uid INTEGER,
    actor_name TEXT,
    actor_login_uid INTEGER,
    actor_sudo_user TEXT,
    actor_terminal TEXT,
    actor_host TEXT,
    version TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX ix_security_events_target_id ON security_events (target_id);
