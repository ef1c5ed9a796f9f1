"""What the scripts beside it share: the files they measure on, and what the operating system says a process took.

Everything lies under target/bench and is made again when it is not there: accounts by SQL, events by the page
docs/events.md, peers by pip, cargo and nothing else.
"""

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "bench"
BINARY = ROOT / "target" / "release" / "authctl"
PASSWORD = "Quiet-River#48Lamp"
READY = ("$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         "00000000000000000000000000000000")
ENVIRONMENT = os.environ | {"SECRET_KEY": "k" * 40}
PEERS = ["argon2-cffi==25.1.0", "email-validator==2.2.0", "PyJWT==2.10.1", "SQLAlchemy==2.0.41", "passlib==1.7.4"]

# A hash and a salt of the app's form, each another one; two accounts of a thousand are locked, one is an admin.
ACCOUNTS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO users (username, email, created_at, password_hash, salt, is_active, is_verified, last_login,
                   failed_login_attempts, locked_until, role, full_name)
SELECT 'user-' || i, 'user.' || i || '@example.org', datetime(1700000000 + i * 7, 'unixepoch'),
       '$argon2id$v=19$m=65536,t=3,p=1$' || substr(hex(randomblob(16)), 1, 21) || 'A$'
         || substr(hex(randomblob(32)), 1, 42) || 'A',
       lower(hex(randomblob(16))), i % 50 <> 0, i % 3 <> 0,
       iif(i % 4 = 0, NULL, datetime(1750000000 + i * 11, 'unixepoch') || printf('.%06d', i % 1000000)),
       iif(i % 20 = 0, i % 5, 0),
       iif(i % max(1, {rows} / 100) = 0, '2099-01-01 00:00:00.000000+00:00', NULL),
       CASE WHEN i % 1000 = 0 THEN 'admin' WHEN i % 10 = 0 THEN 'therapist' ELSE 'patient' END,
       iif(i % 2 = 0, 'Anna Maria Example', NULL)
  FROM n
"""

# The app's table before the auth migration (stage 1).
BEFORE_AUTH = """
CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR(50) NOT NULL, email VARCHAR(100) NOT NULL,
                    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id));
CREATE INDEX ix_users_id ON users (id);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE UNIQUE INDEX ix_users_email ON users (email);
"""

EVENT_COLUMNS = ("id at event outcome target_id target_username before after details reason actor_uid actor_name "
                 "actor_login_uid actor_sudo_user actor_terminal actor_host version prev_hash").split()


def build():
    """The release binary of this tree."""
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    WORK.mkdir(parents=True, exist_ok=True)


def python():
    """A Python with the libraries of the app, in the versions that it pins."""
    found = WORK / "venv" / "bin" / "python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", WORK / "venv"], check=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return str(found)


def authctl(database, *words):
    """The command line of a run on this file."""
    return [str(BINARY), "--database", str(database), *words]


def run(command, stdin="", codes=(0,)):
    """Runs a command; returns its CPU seconds (user + system) and its seconds of wall time."""
    given = WORK / "stdin"
    given.write_text(stdin)
    null = os.open(os.devnull, os.O_WRONLY)
    source = os.open(given, os.O_RDONLY)
    actions = [(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    before = time.perf_counter()
    child = os.posix_spawnp(command[0], [str(word) for word in command], ENVIRONMENT, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - before
    os.close(null)
    os.close(source)
    if os.waitstatus_to_exitcode(status) not in codes:
        sys.exit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, wall


def peak(command, stdin="", codes=(0,)):
    """Runs a command; returns its peak memory in MiB.

    GNU time starts it: the kernel counts a child from before its exec, so that a child of this script would never read
    below the 13 MiB of Python.
    """
    report = WORK / "peak"
    run(["/usr/bin/time", "--quiet", "--format", "%M", "--output", report, *command], stdin, codes)
    return int(report.read_text()) / 1024


def cpu(command, stdin=""):
    """CPU seconds alone."""
    return run(command, stdin)[0]


def made(path, make):
    """The file of this name, made under another one so that an interrupted run leaves nothing half done."""
    if not path.exists():
        half = path.with_name(path.name + ".half")
        half.unlink(missing_ok=True)
        make(half)
        half.rename(path)
    return path


def empty(path):
    """A new app.db with one admin."""
    words = ["init", "--admin-username", "bench-root", "--admin-email", "root@example.org", "--password-stdin"]
    subprocess.run(authctl(path, "--quiet", *words), input=PASSWORD, text=True, check=True)


def sheet(count, column, value):
    """A spreadsheet of new accounts, with one column more (or several, by commas)."""
    path = WORK / f"import-{column}-{count}.csv"
    rows = (f"new-{number},new.{number}@example.org,{value(number)}\n" for number in range(count))
    path.write_text(f"username,email,{column}\n" + "".join(rows))
    return path


def ready(count):
    """New accounts whose hashes are ready, so that an import of them hashes nothing."""
    return sheet(count, "password_hash,salt", lambda _: f'"{READY[0]}",{READY[1]}')


def accounts(rows):
    """A file with this many accounts and one event."""
    def make(path):
        empty(path)
        with sqlite3.connect(path) as database:
            database.execute(ACCOUNTS.format(rows=rows))
        database.close()
    return made(WORK / f"accounts-{rows}.db", make)


def before_auth(rows):
    """A file of the app before its auth migration."""
    def make(path):
        with sqlite3.connect(path) as database:
            database.executescript(BEFORE_AUTH)
            database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                             "INSERT INTO users (username, email) SELECT 'user-' || i, 'user.' || i || '@example.org' "
                             "FROM n", [rows])
        database.close()
    return made(WORK / f"before-{rows}.db", make)


def canonical(row):
    """The canonical bytes of an event (docs/events.md)."""
    parts = [b"authctl-event-v1\n"]
    for name, value in zip(EVENT_COLUMNS, row):
        if value is None:
            parts.append(f"{name}=n\n".encode())
        elif isinstance(value, int):
            parts.append(f"{name}=i{value}\n".encode())
        else:
            parts.append(f"{name}=t{len(value.encode())}:{value}\n".encode())
    return b"".join(parts)


def event(number, prev_hash):
    """One of three events that a day at the desk is made of."""
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1750000000 + number)) + f".{number % 1000:03}Z"
    name, before, after, details = [
        ("login_succeeded", None, None, None),
        ("role_changed", '{"role":"patient"}', '{"role":"therapist"}', None),
        ("token_issued", None, None, f'{{"jti":"{number:032x}","type":"access","ttl_seconds":1800}}'),
    ][number % 3]
    return [number, at, name, "done", 1 + number % 50000, f"user-{number % 50000}", before, after, details, None,
            1000, "ops", 1000, None, "/dev/pts/3", "desk", "0.1.0", prev_hash]


def events(rows):
    """A file with this many events, and beside it the bytes that their hashes are made of."""
    def make(path):
        empty(path)
        database = sqlite3.connect(path)
        database.execute("DELETE FROM security_events")
        database.execute("DELETE FROM sqlite_sequence")
        prev_hash = "0" * 64
        places = ", ".join("?" * (len(EVENT_COLUMNS) + 1))
        with open(WORK / f"events-{rows}.bytes", "wb") as copy:
            for number in range(1, rows + 1):
                row = event(number, prev_hash)
                covered = canonical(row)
                copy.write(covered)
                prev_hash = hashlib.sha256(covered).hexdigest()
                database.execute(f"INSERT INTO security_events VALUES ({places})", [*row, prev_hash])
        database.commit()
        database.close()
    return made(WORK / f"events-{rows}.db", make)
