"""Script: become the supervisor. Arguments: directory, descriptor of its lock, server program.

The supervisor is no child of the caller: web servers watch their children.
"""

import os
import sys
from pathlib import Path

if os.fork():
    os._exit(0)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where this package was found

from authapi.embedded.supervisor import main

main(*sys.argv[1:])
