"""Prints SECRET_KEY as python-dotenv reads it from each file named, as a JSON list."""

import json
import sys

from dotenv import dotenv_values

print(json.dumps([dotenv_values(path).get("SECRET_KEY") for path in sys.argv[1:]]))
