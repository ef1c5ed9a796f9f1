"""Writes a fixture database: `make_db.py STAGE FILE [--wal]`. Needs nothing but the standard library.

Stages, in the order in which the app went through them:
  preauth   before accounts had passwords: five users, some with names that the later rules refuse, and items
  half      the migration stopped after four columns
  altered   all nine columns; every user still without a password
  live      altered, plus accounts that the app registered, locked and deactivated
  later     the layout without SQL defaults, made by a later version
  head      the newest layout: customers, and no uniqueness

The schema text is the app's, white space included. Every account's password is PASSWORD, save the second of the
twins in `head`, who has TWIN_PASSWORD. Legacy rows have no password.
"""

import sqlite3
import sys

PASSWORD = "Quiet-River#48Lamp"
TWIN_PASSWORD = "Maple!Desk72-Robin"
SALT = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
HASH = "$argon2id$v=19$m=65536,t=3,p=1$b01JCQFgTMl5LyVkzNnbuw$QkmTAQZI5Lm4maYlh7u84WwXOK3UoHUQxvwTN0krHtQ"
TWIN_SALT = "00112233445566778899aabbccddeeff"
TWIN_HASH = "$argon2id$v=19$m=65536,t=3,p=1$n9Mao5RyLiUkhLD2PmdsjQ$TOCfkXNWwHg9pBaSrEF+vlyZSPGyCusXq4tqTSqmO9M"

NAIVE_FUTURE = "2099-01-01 00:00:00.000000"
NAIVE_PAST = "2025-06-07 10:00:00.000000"
AWARE_FUTURE = "2099-01-01 00:00:00.000000+00:00"
AWARE_PAST = "2025-06-07 10:00:00.000000+00:00"

PREAUTH = [
    "CREATE TABLE users (\n\tid INTEGER NOT NULL, \n\tusername VARCHAR(50) NOT NULL, \n\temail VARCHAR(100) NOT NULL, "
    "\n\tcreated_at DATETIME DEFAULT CURRENT_TIMESTAMP, \n\tPRIMARY KEY (id)\n)",
    "CREATE INDEX ix_users_id ON users (id)",
    "CREATE UNIQUE INDEX ix_users_username ON users (username)",
    "CREATE UNIQUE INDEX ix_users_email ON users (email)",
    "CREATE TABLE items (\n\tid INTEGER NOT NULL, \n\ttitle VARCHAR(200) NOT NULL, \n\tdescription TEXT, "
    "\n\tuser_id INTEGER, \n\tcreated_at DATETIME DEFAULT CURRENT_TIMESTAMP, \n\tPRIMARY KEY (id), "
    "\n\tFOREIGN KEY(user_id) REFERENCES users (id)\n)",
    "CREATE INDEX ix_items_id ON items (id)",
]

MIGRATION = [
    'password_hash TEXT DEFAULT ""',
    'salt TEXT DEFAULT ""',
    "is_active BOOLEAN DEFAULT 1",
    "is_verified BOOLEAN DEFAULT 0",
    "last_login TIMESTAMP NULL",
    "failed_login_attempts INTEGER DEFAULT 0",
    "locked_until TIMESTAMP NULL",
    'role TEXT DEFAULT "patient"',
    "full_name TEXT NULL",
]

ACCOUNT_COLUMNS = (
    "\n\tusername VARCHAR(50) NOT NULL, \n\temail VARCHAR(255) NOT NULL, \n\tpassword_hash VARCHAR(255) NOT NULL, "
    "\n\tsalt VARCHAR(255) NOT NULL, \n\tfull_name VARCHAR(255), \n\trole VARCHAR(50), \n\tis_active BOOLEAN, "
    "\n\tis_verified BOOLEAN, \n\tfailed_login_attempts INTEGER, \n\tlocked_until DATETIME, \n\tlast_login DATETIME, "
    "\n\tcreated_at DATETIME NOT NULL, \n\tPRIMARY KEY (id), "
)

USER_ACHIEVEMENTS = (
    "CREATE TABLE user_achievements (\n\tuser_id INTEGER NOT NULL, \n\tachievement_id INTEGER NOT NULL, "
    "\n\tcreated_at DATETIME DEFAULT CURRENT_TIMESTAMP, \n\tstatus VARCHAR(50) NOT NULL, \n\tdue_date DATETIME, "
    "\n\tPRIMARY KEY (user_id, achievement_id), \n\tFOREIGN KEY(user_id) REFERENCES users (id), "
    "\n\tFOREIGN KEY(achievement_id) REFERENCES achievements (id)\n)"
)

LATER = [
    "CREATE TABLE users (\n\tid INTEGER NOT NULL, " + ACCOUNT_COLUMNS + "\n\tUNIQUE (username), \n\tUNIQUE (email)\n)",
    "CREATE TABLE achievements (\n\tid INTEGER NOT NULL, \n\ttitle VARCHAR(255) NOT NULL, "
    "\n\tpoint_value INTEGER NOT NULL, \n\tcreated_at DATETIME DEFAULT CURRENT_TIMESTAMP, "
    "\n\tduration INTEGER NOT NULL, \n\tfrequency VARCHAR(50) NOT NULL, \n\tPRIMARY KEY (id)\n)",
    "CREATE INDEX ix_achievements_id ON achievements (id)",
    USER_ACHIEVEMENTS,
]

HEAD = [
    "CREATE TABLE achievements (\n\tid INTEGER NOT NULL, \n\ttitle VARCHAR(255) NOT NULL, \n\tdescription VARCHAR, "
    "\n\tpoint_value INTEGER NOT NULL, \n\tcreated_at DATETIME DEFAULT CURRENT_TIMESTAMP, "
    "\n\tduration INTEGER NOT NULL, \n\tfrequency VARCHAR(50) NOT NULL, \n\tPRIMARY KEY (id)\n)",
    "CREATE INDEX ix_achievements_id ON achievements (id)",
    "CREATE TABLE customers (\n\tid INTEGER NOT NULL, \n\tcompany_name VARCHAR(255) NOT NULL, "
    "\n\tcompany_email VARCHAR(255) NOT NULL, \n\tcompany_phone VARCHAR(50), \n\tcompany_address TEXT, "
    "\n\tsubscription_plan VARCHAR(50), \n\tmax_users INTEGER, \n\tis_active BOOLEAN, \n\tis_verified BOOLEAN, "
    "\n\tbilling_email VARCHAR(255), \n\tsubscription_expires_at DATETIME, \n\tadmin_first_name VARCHAR(100) NOT NULL, "
    "\n\tadmin_last_name VARCHAR(100) NOT NULL, \n\tadmin_email VARCHAR(255) NOT NULL, \n\tadmin_phone VARCHAR(50), "
    "\n\tcreated_at DATETIME NOT NULL, \n\tupdated_at DATETIME, \n\tPRIMARY KEY (id), \n\tUNIQUE (company_name), "
    "\n\tUNIQUE (company_email)\n)",
    "CREATE TABLE users (\n\tid INTEGER NOT NULL, \n\tcustomer_id INTEGER, "
    + ACCOUNT_COLUMNS
    + "\n\tFOREIGN KEY(customer_id) REFERENCES customers (id)\n)",
    USER_ACHIEVEMENTS,
]

LEGACY = [
    (1, "ada.w", "ada.w@example.org", "2025-03-01 08:00:00"),
    (2, "bo_k", "bo.k@example.org", "2025-03-01 08:05:00"),
    (3, "cleo-m", "Cleo.M@example.org", "2025-03-02 09:00:00"),
    (4, "dan q", "dan+intake@example.org", "2025-03-03 10:00:00"),
    (5, "Élise", "elise@example.org", "2025-03-03 10:00:01"),
]

# One item without a user, and one whose user is gone: the app runs with foreign keys off.
ITEMS = [
    (1, "Note 1", "Sample item 1", 1, "2025-03-04 11:00:00"),
    (2, "Note 2", None, 2, "2025-03-04 11:00:00"),
    (3, "Note 3", "Sample item 3", 3, "2025-03-04 11:00:00"),
    (4, "Note 4", "Sample item 4", None, "2025-03-04 11:00:00"),
    (5, "orphan", None, 77, "2025-03-04 11:00:00"),
]

# username, email, full name, role, is_active, failed attempts, locked_until, last_login
ACCOUNTS = [
    ("pia_one", "pia@example.org", "Pia One", "patient", 1, 0, None, "2026-01-02 03:04:05.678901"),
    ("theo_one", "theo@example.org", "Theo One", "therapist", 1, 0, None, None),
    ("ann_admin", "ann@example.org", "Ann Admin", "admin", 1, 0, None, "2026-01-02 03:04:05.000000"),
    ("lea_stuck", "lea@example.org", "Lea Stuck", "patient", 1, 5, NAIVE_FUTURE, None),
    ("ola_stuck", "ola@example.org", None, "patient", 1, 5, NAIVE_PAST, None),
    ("zoe_locked", "zoe@example.org", None, "patient", 1, 0, AWARE_FUTURE, None),
    ("max_expired", "max@example.org", None, "patient", 1, 5, AWARE_PAST, None),
    ("ian_off", "ian@example.org", "Ian Off", "patient", 0, 0, None, None),
    ("uma_three", "uma@example.org", None, "patient", 1, 3, None, None),
    ("Cas_Case", "Cas.Case@example.org", "Cas Case", "patient", 1, 0, None, None),
]

# company, e-mail, is_active, paid until
CUSTOMERS = [
    ("Northwind Care", "office@example.org", 1, "2099-12-25 01:40:09.149622"),
    ("Fern Street Clinic", "fern@example.org", 1, "2099-12-25 01:40:09.744618"),
    ("Late Payers", "late@example.org", 1, "2025-01-31 00:00:00.000000"),
    ("Closed Doors", "closed@example.org", 0, "2099-12-25 01:40:09.744618"),
]

# customer, username, email, role, is_active, hash, salt
HEAD_USERS = [
    (1, "admin_northwind", "ann@example.org", "admin", 1, HASH, SALT),
    (2, "admin_fern", "ben@example.org", "admin", 1, HASH, SALT),
    (1, "mod_one", "mod@example.org", "moderator", 1, HASH, SALT),
    (1, "user_off", "off@example.org", "user", 0, HASH, SALT),
    (1, "shared", "shared@example.org", "user", 1, HASH, SALT),
    (2, "shared", "shared@example.org", "user", 1, TWIN_HASH, TWIN_SALT),
    (3, "late_one", "late.one@example.org", "user", 1, HASH, SALT),
    (4, "closed_one", "closed.one@example.org", "user", 1, HASH, SALT),
]

INSERT_ACCOUNT = (
    "INSERT INTO users (username, email, full_name, role, is_active, failed_login_attempts, locked_until, last_login, "
    "password_hash, salt, is_verified, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
)


def insert_accounts(db: sqlite3.Connection, created: list) -> None:
    for n, account in enumerate(ACCOUNTS):
        db.execute(INSERT_ACCOUNT, (*account, HASH, SALT, created[n % len(created)]))


def preauth(db: sqlite3.Connection, columns: int = 0) -> None:
    for statement in PREAUTH:
        db.execute(statement)
    db.executemany("INSERT INTO users (id, username, email, created_at) VALUES (?, ?, ?, ?)", LEGACY)
    db.executemany("INSERT INTO items (id, title, description, user_id, created_at) VALUES (?, ?, ?, ?, ?)", ITEMS)
    for column in MIGRATION[:columns]:
        db.execute(f"ALTER TABLE users ADD COLUMN {column}")


def half(db: sqlite3.Connection) -> None:
    preauth(db, 4)


def altered(db: sqlite3.Connection) -> None:
    preauth(db, 9)


def live(db: sqlite3.Connection) -> None:
    altered(db)
    # Both forms of created_at occur in one column.
    insert_accounts(db, ["2026-01-01 00:00:00", "2026-01-01 00:00:00.250000"])


def later(db: sqlite3.Connection) -> None:
    for statement in LATER:
        db.execute(statement)
    insert_accounts(db, ["2026-01-01 00:00:00.250000"])


def head(db: sqlite3.Connection) -> None:
    for statement in HEAD:
        db.execute(statement)
    for name, email, active, paid_until in CUSTOMERS:
        db.execute(
            "INSERT INTO customers (company_name, company_email, subscription_plan, max_users, is_active, is_verified, "
            "billing_email, subscription_expires_at, admin_first_name, admin_last_name, admin_email, created_at, "
            "updated_at) VALUES (?, ?, 'basic', 50, ?, 0, ?, ?, 'Sam', 'Ple', ?, ?, ?)",
            (name, email, active, email, paid_until, email, *["2026-01-01 00:00:00.250000"] * 2),
        )
    for user in HEAD_USERS:
        db.execute(
            "INSERT INTO users (customer_id, username, email, role, is_active, password_hash, salt, is_verified, "
            "failed_login_attempts, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '2026-01-01 00:00:00.250000')",
            user,
        )


STAGES = {"preauth": preauth, "half": half, "altered": altered, "live": live, "later": later, "head": head}


def main() -> None:
    stage, file = sys.argv[1:3]
    db = sqlite3.connect(file)
    if "--wal" in sys.argv[3:]:
        db.execute("PRAGMA journal_mode = WAL")
    STAGES[stage](db)
    db.commit()
    db.close()


main()
