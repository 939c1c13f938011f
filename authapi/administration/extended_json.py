"""Reads values of `mongoexport` (MongoDB Extended JSON, both forms), and the usual dates."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

_SECONDS = range(10**8, 10**11)
_MILLISECONDS = range(10**11, 10**14)
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_NUMBERS = ("$numberInt", "$numberLong", "$numberDouble")


def bare(name: str) -> str:
    """Return a member's name without case, dashes, underscores and blanks, to compare it by."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name))).lower()


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON may hold
    """Return a number that is wrapped as one of BSON's, else `value` itself."""
    if isinstance(value, dict) and len(value) == 1:
        [(kind, text)] = value.items()
        if kind in _NUMBERS and isinstance(text, str):
            try:
                return float(text) if kind == "$numberDouble" else int(text)
            except ValueError:
                return value
    return value


def leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield all values in nested objects of a member, each with its path: `a.b.c`."""
    if not isinstance(value, dict) or value is not plain(value):
        yield path, value
        return
    for name, inner in value.items():
        yield from leaves(f"{path}.{name}", inner)


def as_text(value: object) -> str | None:
    """Return a string, also out of the binary that drivers make of Python's bytes; else None."""
    if isinstance(value, dict):
        inner = value.get("$binary")
        encoded = inner.get("base64") if isinstance(inner, dict) else inner
        try:
            return base64.b64decode(str(encoded), validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
    return value if isinstance(value, str) else None


def as_id(value: object) -> str | None:
    """Return a string, the digits of an ObjectId or a whole number, or a UUID's text; else None."""
    value = plain(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict) and value.keys() == {"$oid"}:
        digits = str(value["$oid"]).lower()
        return digits if _OBJECT_ID.fullmatch(digits) else None
    if isinstance(value, dict):
        return _uuid(value)
    return value if isinstance(value, str) else None


def is_stored_id(value: object) -> bool:
    """Whether a document with that `_id` is found again by the text that `as_id` makes of it."""
    return isinstance(value, str) or (isinstance(value, dict) and value.keys() == {"$oid"})


def _uuid(value: dict[str, Any]) -> str | None:
    """Return the text of a UUID (BSON's binary subtype 4; the order of bytes in 3 is anybody's)."""
    inner = value.get("$binary")
    try:
        if value.keys() == {"$uuid"}:
            return str(UUID(str(value["$uuid"])))
        if isinstance(inner, dict) and str(inner.get("subType")) in {"4", "04"}:
            return str(UUID(bytes=base64.b64decode(str(inner.get("base64")), validate=True)))
    except ValueError:
        return None
    return None


def as_moment(value: object) -> datetime | None:
    """Read ISO 8601, seconds or milliseconds since 1970, or `$date`; else return None.

    A number counts as seconds below 100,000,000,000 and as milliseconds from there on; both mean a
    year between 1973 and 5138, and any other number is no date. `$date` holds milliseconds. What
    has no zone is UTC.
    """
    if isinstance(value, dict) and value.keys() == {"$date"}:
        value = plain(value["$date"])
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _since_1970(value, 1000)
        return _iso_8601(value)
    value = plain(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and 8 < len(value) < 15:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _iso_8601(value)
    if _SECONDS.start <= value < _SECONDS.stop:
        return _since_1970(value, 1)
    return _since_1970(value, 1000) if _MILLISECONDS.start <= value < _MILLISECONDS.stop else None


def _iso_8601(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _since_1970(value: float, per_second: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(value / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None
