"""Lines for `flask users import`, and the summary that it prints."""

from __future__ import annotations

import json
from typing import Any

import bcrypt

from tests.cli.conftest import Operator
from tests.support.actors import PASSWORD, fresh_name

BCRYPT = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


def lines(*users: object) -> bytes:
    """Return users as JSON lines; bytes are lines already."""
    raw = [user if isinstance(user, bytes) else json.dumps(user).encode() for user in users]
    return b"".join(line + b"\n" for line in raw)


def user(name: str | None = None, **members: object) -> dict[str, object]:
    """Return a line for a user whose password is `PASSWORD`."""
    return {"username": name or fresh_name(), "password_hash": BCRYPT, **members}


def imported(operator: Operator, *users: object) -> dict[str, Any]:
    """Import users, and return the summary, with `said` and `code` of the command."""
    done = operator("users", "import", "-", "--json", stdin=lines(*users))
    counts: dict[str, Any] = json.loads(done.out)
    return {**counts, "said": done.said, "code": done.code}


def in_full(imported: int = 0, already_there: int = 0, refused: int = 0) -> str:
    """Return the last line of a command that has completed."""
    return f"Done: {imported} imported, {already_there} already there, {refused} refused.\n"
