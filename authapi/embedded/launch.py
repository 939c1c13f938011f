"""Script: become the keeper. Arguments: folder, descriptor of the keeper's lock, server program.

The keeper is nobody's child: a web server that counts its children must not find it among them.
"""

import os
import runpy
import sys
from pathlib import Path
from types import ModuleType

if os.fork():
    os._exit(0)

# The keeper needs this package only; `authapi` itself would import the whole web application.
authapi = ModuleType("authapi")
authapi.__path__ = [str(Path(__file__).resolve().parents[1])]
sys.modules["authapi"] = authapi

runpy.run_module("authapi.embedded.keeper", run_name="__main__")
