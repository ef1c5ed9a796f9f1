"""Answers questions with the pinned libraries: one JSON object per line in, one per line out, until the input ends.

An error of a library is an answer, {"error": type, "message": text}, never the end of the process. Ops:
  hash_verify  password salt hash      -> {"ok"}                       as the app verifies
  hash_make    password salt           -> {"hash"}
  needs_update hash                    -> {"needs_update"}
  pyjwt_decode token key [now]         -> {"claims"}                   now: Unix seconds instead of the clock
  jose_decode  token key [now]         -> {"claims"}
  jwt_make     claims key [lib]        -> {"token"}                    lib: "jose" (default) or "pyjwt"
  email        text                    -> {"normalized"}
  email_said   text                    -> {"normalized"} or {"refused"}   what the app's answer 422 says
  policy       kind text               -> {"problem": text or null}    kind: password, username, full_name
  fromisoformat text                   -> {"aware", "utc": text or null}   {"hex": …} for bytes, a number for itself
  dotenv       path env                -> {"values", "environ"}        without, and with, the environment's precedence
  dotenv_text  text env                -> {"values"}                   the file's text, the environment first
  sql          path sql [params]       -> {"rows"}                     bytes as {"hex": …}
  batch        items                   -> {"answers"}
"""

import contextlib
import io
import json
import logging
import math
import os
import sqlite3
import sys
import warnings
from datetime import datetime, timezone

warnings.simplefilter("ignore")
logging.getLogger("dotenv").setLevel(logging.ERROR)

# The app's module opens a database as it is imported: not one of ours.
os.environ["DATABASE_URL"] = "sqlite://"

import app_common
import dotenv
import jose.jwt
import jwt
from dotenv.main import DotEnv
from pydantic import EmailStr, TypeAdapter, ValidationError

address = TypeAdapter(EmailStr)


@contextlib.contextmanager
def clock(now):
    """Both libraries read the time through the `datetime` of their own module."""
    if now is None:
        yield
        return

    class Fixed(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(now, tz)

    modules = (jwt.api_jwt, jose.jwt)
    kept = [module.datetime for module in modules]
    for module in modules:
        module.datetime = Fixed
    try:
        yield
    finally:
        for module, was in zip(modules, kept):
            module.datetime = was


def value_of(given):
    if isinstance(given, dict):
        return bytes.fromhex(given["hex"])
    return given


def cell(value):
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return value


def text_or_bytes(raw):
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def hash_verify(ask):
    return {"ok": app_common.verify_password(ask["password"], ask["salt"], ask["hash"])}


def hash_make(ask):
    return {"hash": app_common.hash_password(ask["password"], ask["salt"])}


def needs_update(ask):
    return {"needs_update": app_common.hashes.needs_update(ask["hash"])}


def pyjwt_decode(ask):
    with clock(ask.get("now")):
        return {"claims": jwt.decode(ask["token"], ask["key"], algorithms=["HS256"])}


def jose_decode(ask):
    with clock(ask.get("now")):
        return {"claims": jose.jwt.decode(ask["token"], ask["key"], algorithms=["HS256"])}


def jwt_make(ask):
    library = jwt if ask.get("lib") == "pyjwt" else jose.jwt
    return {"token": library.encode(ask["claims"], ask["key"], algorithm="HS256")}


def email(ask):
    return {"normalized": address.validate_python(ask["text"])}


def email_said(ask):
    try:
        return email(ask)
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        return {"refused": said.removeprefix("value is not a valid email address: ")}


def policy(ask):
    rules = {
        "password": app_common.password_problem,
        "username": app_common.username_problem,
        "full_name": app_common.full_name_problem,
    }
    return {"problem": rules[ask["kind"]](ask["text"])}


def fromisoformat(ask):
    read = datetime.fromisoformat(value_of(ask["text"]))
    aware = read.tzinfo is not None
    try:
        utc = (read if aware else read.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except OverflowError:
        return {"aware": aware, "utc": None}
    return {"aware": aware, "utc": utc.isoformat(timespec="microseconds")}


@contextlib.contextmanager
def environment(env):
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def dotenv_values(ask):
    with environment(ask.get("env", {})):
        values = dotenv.dotenv_values(ask["path"])
        dotenv.load_dotenv(ask["path"])
        return {"values": dict(values), "environ": dict(os.environ)}


def dotenv_text(ask):
    """As load_dotenv reads a file, which is opened with universal line ends."""
    with environment(ask["env"]):
        text = io.StringIO(ask["text"], newline=None)
        read = DotEnv(None, stream=text, encoding="utf-8", interpolate=True, override=False)
        return {"values": list(read.dict().items())}


def sql(ask):
    with contextlib.closing(sqlite3.connect(ask["path"], isolation_level=None)) as db:
        db.text_factory = text_or_bytes
        rows = db.execute(ask["sql"], [value_of(p) for p in ask.get("params", [])]).fetchall()
    return {"rows": [[cell(value) for value in row] for row in rows]}


def batch(ask):
    return {"answers": [answer(item) for item in ask["items"]]}


OPS = {
    "hash_verify": hash_verify,
    "hash_make": hash_make,
    "needs_update": needs_update,
    "pyjwt_decode": pyjwt_decode,
    "jose_decode": jose_decode,
    "jwt_make": jwt_make,
    "email": email,
    "email_said": email_said,
    "policy": policy,
    "fromisoformat": fromisoformat,
    "dotenv": dotenv_values,
    "dotenv_text": dotenv_text,
    "sql": sql,
    "batch": batch,
}


def answer(ask):
    try:
        return OPS[ask["op"]](ask)
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def strict(value):
    """What Python's JSON allows and no other's does (NaN, lone surrogates), spelled out as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {strict(key): strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    return value


def main():
    for line in sys.stdin:
        print(json.dumps(strict(answer(json.loads(line)))), flush=True)


main()
