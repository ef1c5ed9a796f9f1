#!/usr/bin/env python3
"""What the app's own libraries take for one call, for `cargo bench`: benches/peers.py WORK COUNT.

Prints CPU seconds for each call. WORK is `token`, `hash`, `email` or `date`; `-` alone installs the libraries.
"""

import os
import sys
import time

sys.dont_write_bytecode = True
from workbench import python  # noqa: E402

TOKEN = os.environ.get("TOKEN", "")


def work(name):
    """The call that is measured."""
    if name == "token":
        import jwt
        return lambda: jwt.decode(TOKEN, "k" * 40, algorithms=["HS256"])
    if name == "hash":
        from argon2.low_level import Type, hash_secret
        args = dict(time_cost=3, memory_cost=65536, parallelism=1, hash_len=32, type=Type.ID)
        return lambda: hash_secret(b"Quiet-River#48Lamp" + b"0" * 32, b"0123456789abcdef", **args)
    if name == "email":
        from email_validator import validate_email
        return lambda: validate_email("anna.maria@example.org", check_deliverability=False)
    from datetime import datetime
    return lambda: datetime.fromisoformat("2026-11-25 01:55:28.000000+00:00")


def main():
    if sys.argv[1] == "-":
        python()
        return
    if not sys.prefix.endswith("venv"):
        os.execv(python(), [python(), "-B", *sys.argv])
    call, count = work(sys.argv[1]), int(sys.argv[2])
    call()
    before = time.process_time()
    for _ in range(count):
        call()
    print((time.process_time() - before) / count)


if __name__ == "__main__":
    main()
