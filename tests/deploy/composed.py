"""`compose.yaml` as Compose reads it, and its commands, run with stand-ins for programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support import tools
from tests.support.servers import ROOT
from tests.support.waiting import DEADLINE

SECRETS = {"JWT_SECRET": "j" * 64, "MONGO_PASSWORD": "service", "MONGO_ROOT_PASSWORD": "root"}
_USER_MADE = """
const made = [];
globalThis.db = { createUser: (user) => made.push(user) };
require('vm').runInThisContext(require('fs').readFileSync(process.argv[1], 'utf8'));
console.log(JSON.stringify(made));
"""
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+):([-?])([^}]*)\})")


class Missing(Exception):
    """A variable that `.env` must have."""


def services(variables: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the file's services, with `variables` in their places.

    Raises:
        Missing: when one that has to be given is not; the message is the file's own.
    """

    def value(match: re.Match[str]) -> str:
        dollar, name, kind, text = match.groups()
        if dollar:
            return "$"
        if kind == "?" and not variables.get(name):
            raise Missing(f"{name} {text}")
        return variables.get(name) or text

    file = (ROOT / "compose.yaml").read_text()
    return yaml.safe_load(_VARIABLE.sub(value, file))["services"]


SERVICES = services(SECRETS)
"""The services, where `.env` has all that it must."""


def user_made() -> dict[str, Any]:
    """Run the script that the mongo image runs, and return the one user that it makes."""
    mongo = SERVICES["mongo"]
    (mount,) = [volume for volume in mongo["volumes"] if volume.endswith(":/create-user.js:ro,z")]
    command = [tools.node(), "-e", _USER_MADE, str(ROOT / mount.partition(":")[0])]
    printed = subprocess.check_output(command, env=mongo["environment"], text=True)
    (user,) = json.loads(printed)
    return dict(user)


def run(
    command: list[str], folder: Path, environment: Mapping[str, str], programs: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command where `programs`, scripts by their names, stand in for the real ones."""
    for name, script in programs.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, env={**environment, "PATH": path}, capture_output=True, text=True, timeout=DEADLINE
    )
