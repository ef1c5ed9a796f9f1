"""Runs one form of the reference app: `serve.py app_seed`. Prints its port, and ends when its standard input does.

The socket listens before the port is printed, so the first request waits for the app instead of being refused.
"""

import importlib
import os
import socket
import sys
import threading

import uvicorn


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    app = importlib.import_module(sys.argv[1]).app
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


main()
