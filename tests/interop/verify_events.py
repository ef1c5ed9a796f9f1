"""Verifies the event log as docs/events.md says it, from a database or from an export.

usage: verify_events.py [--key-file FILE] DATABASE|EXPORT.jsonl ...

Prints one JSON object for each: {"ok": bool, "rows": good rows, "first_bad": id or null, "reason": text or null}.
Nothing but the standard library, and nothing that was taken from the tool: the page alone.
"""

import argparse
import hashlib
import hmac
import json
import re
import sqlite3
import sys

COLUMNS = (
    "id at event outcome target_id target_username before after details reason actor_uid actor_name "
    "actor_login_uid actor_sudo_user actor_terminal actor_host version prev_hash"
).split()
INTEGERS = {"id", "target_id", "actor_uid", "actor_login_uid"}
REQUIRED = {"id", "at", "event", "outcome", "version", "prev_hash", "hash"}
PLAIN = re.compile(r"[0-9a-f]{64}")
KEYED = re.compile(r"hmac-sha256:[0-9a-f]{64}")


class Bad(Exception):
    """A row that is not as it was written."""


def check_kinds(row):
    if row.get("raw"):
        raise Bad("the export says that cells have another storage class")
    for name in COLUMNS + ["hash"]:
        value = row[name]
        if value is None:
            if name in REQUIRED:
                raise Bad(f"{name} is NULL")
        elif type(value) is not (int if name in INTEGERS else str):
            raise Bad(f"{name} has another storage class")


def canonical(row):
    parts = [b"authctl-event-v1\n"]
    for name in COLUMNS:
        value = row[name]
        if value is None:
            parts.append(b"%s=n\n" % name.encode())
        elif name in INTEGERS:
            parts.append(b"%s=i%d\n" % (name.encode(), value))
        else:
            text = value.encode("utf-8")
            parts.append(b"%s=t%d:%s\n" % (name.encode(), len(text), text))
    return b"".join(parts)


def expected_hash(row, key):
    if PLAIN.fullmatch(row["hash"]):
        return hashlib.sha256(canonical(row)).hexdigest()
    if not KEYED.fullmatch(row["hash"]):
        raise Bad("the hash has no known form")
    if key is None:
        raise Bad("keyed, and there is no key")
    return "hmac-sha256:" + hmac.new(key, canonical(row), hashlib.sha256).hexdigest()


def anchors(rows):
    for row in rows:
        if row["event"] == "events_pruned" and isinstance(row["details"], str):
            try:
                details = json.loads(row["details"])
                last_id, last_hash = details["last_id"], details["last_hash"]
            except (ValueError, TypeError, KeyError):
                continue
            if type(last_id) is int:
                yield last_id, last_hash


def start(rows):
    """Id and hash that the first row follows on."""
    if rows:
        for last_id, last_hash in anchors(rows):
            if last_id >= rows[0]["id"]:
                raise Bad("pruned, and here")
        for last_id, last_hash in anchors(rows):
            if last_id + 1 == rows[0]["id"] and last_hash == rows[0]["prev_hash"]:
                return last_id, last_hash
    return 0, "0" * 64


def walk(rows, key):
    good, keyed = 0, False
    row = rows[0] if rows else {"id": None}
    try:
        last_id, last_hash = start(rows)
        for row in rows:
            check_kinds(row)
            if row["hash"] != expected_hash(row, key):
                raise Bad("the hash is not that of the row")
            if row["prev_hash"] != last_hash:
                raise Bad("it does not follow on the row before")
            if row["id"] != last_id + 1:
                raise Bad("rows are missing before it")
            is_keyed = bool(KEYED.fullmatch(row["hash"]))
            if keyed and not is_keyed:
                raise Bad("plain behind keyed")
            keyed, last_id, last_hash, good = is_keyed, row["id"], row["hash"], good + 1
        if key is not None and rows and not keyed:
            raise Bad("the last row is not keyed")
    except Bad as bad:
        return {"ok": False, "rows": good, "first_bad": row["id"], "reason": str(bad)}
    return {"ok": True, "rows": good, "first_bad": None, "reason": None, "last": last_id}


def from_database(path):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    # Bytes that are no UTF-8 stay bytes, and are found as another kind.
    def text(data):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data
    connection.text_factory = text
    names = COLUMNS + ["hash"]
    rows = [
        dict(zip(names, row))
        for row in connection.execute(f"SELECT {', '.join(names)} FROM security_events ORDER BY id")
    ]
    sequence = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'security_events'").fetchone()[0]
    return rows, sequence


def from_export(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines], None


def verdict(path, key):
    rows, sequence = (from_export if path.endswith(".jsonl") else from_database)(path)
    found = walk(rows, key)
    if found["ok"] and (sequence or 0) > found["last"]:
        found = {"ok": False, "rows": len(rows), "first_bad": found["last"] + 1, "reason": "cut"}
    found.pop("last", None)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logs", nargs="+")
    parser.add_argument("--key-file")
    options = parser.parse_args()
    key = None
    if options.key_file:
        with open(options.key_file, "rb") as file:
            key = file.read()
        key = key[:-2] if key.endswith(b"\r\n") else key[:-1] if key.endswith(b"\n") else key
    for path in options.logs:
        print(json.dumps(verdict(path, key)))


if __name__ == "__main__":
    main()
