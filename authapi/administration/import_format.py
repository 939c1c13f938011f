"""A line of an import, read and judged: pure decisions, and no message repeats what it read."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authapi.accounts import rules
from authapi.passwords.formats import find_format, looks_like_a_hash

_HASH_FIELDS = ("password_hash", "hashed_password", "password")


class LineError(Exception):
    """The line makes no user; the message says why, without anything of the line in it."""


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """A user as a line of an import has it."""

    username: str
    password_hash: str
    created_at: datetime | None


def read_line(raw: bytes, now: datetime) -> ImportedUser:
    """Make a user of a line; members that it does not know, such as `_id`, are ignored.

    Args:
        raw: a JSON object in UTF-8: `username`, the hash as `password_hash`, `hashed_password` or
            `password`, and perhaps `created_at`. `mongoexport` writes such lines.
        now: the present moment, since nobody was created later.

    Raises:
        LineError: when it makes none.
    """
    line = _parse(raw)
    return ImportedUser(_username(line), _password_hash(line), _created_at(line, now))


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LineError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise LineError("not JSON; each line is one whole object") from None
    if isinstance(line, list):
        raise LineError("an array; export one object a line (mongoexport without --jsonArray)")
    if not isinstance(line, dict):
        raise LineError("not a JSON object")
    return line


def _username(line: dict[str, Any]) -> str:
    username = line.get("username")
    if not isinstance(username, str):
        raise LineError("username is missing" if username is None else "username is not a string")
    if problems := rules.problems(username):
        raise LineError(f"username: {' '.join(problems)}")
    return username


def _password_hash(line: dict[str, Any]) -> str:
    present = [name for name in _HASH_FIELDS if line.get(name) is not None]
    if not present:
        raise LineError(f"no password hash; it is looked for in {', '.join(_HASH_FIELDS)}")
    if len(present) > 1:
        raise LineError(f"more than one password hash: {', '.join(present)}")
    stored = _text(line[present[0]])
    if stored is None:
        raise LineError(f"{present[0]} is not a string")
    if find_format(stored) is None:
        raise LineError(f"{present[0]} {_why_not(stored)}")
    return stored


def _why_not(stored: str) -> str:
    if looks_like_a_hash(stored):
        return "is a damaged hash, or one that costs more to check than is allowed"
    return (
        "is no hash that can be checked here (argon2, bcrypt, werkzeug's scrypt and pbkdf2);"
        " a password in plain text is not imported"
    )


def _text(value: object) -> str | None:
    """Return a string, also out of the binary that drivers make of Python's bytes."""
    if isinstance(value, dict):
        inner = value.get("$binary")
        encoded = inner.get("base64") if isinstance(inner, dict) else inner
        try:
            return base64.b64decode(str(encoded), validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
    return value if isinstance(value, str) else None


def _created_at(line: dict[str, Any], now: datetime) -> datetime | None:
    value = line.get("created_at")
    if value is None:
        return None
    moment = _moment(value)
    if moment is None:
        raise LineError("created_at is no date; write it as in ISO 8601, 2026-11-22T18:08:40Z")
    if moment > now:
        raise LineError("created_at lies in the future")
    return moment


def _moment(value: object) -> datetime | None:
    """Read ISO 8601 or Extended JSON's `$date`, of either form; without a zone it is UTC."""
    if isinstance(value, dict):
        value = value.get("$date")
    try:
        if isinstance(value, dict):
            return datetime.fromtimestamp(int(str(value.get("$numberLong"))) / 1000, UTC)
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
