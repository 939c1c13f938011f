"""The files that users are imported from: JSON lines, or CSV with a header."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from authapi.administration.errors import CommandError, LineError

_LONGEST_CELL = 2**31 - 1
"""Characters: the most that Python's reader takes everywhere. Some exports hold pictures."""


@dataclass(frozen=True, slots=True)
class Record:
    """One user of a file, as it stands there.

    Attributes:
        number: of the line where it ends.
        members: what it says, by name.
        problem: why it cannot be used, or None.
    """

    number: int
    members: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


def json_lines(lines: Iterable[bytes]) -> Iterator[Record]:
    """Return a record for each line that is not empty: one JSON object in UTF-8."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Record(number, _object(line))
            except LineError as problem:
                yield Record(number, problem=str(problem))


def csv_rows(lines: Iterable[bytes]) -> Iterator[Record]:
    """Return a record for each row below the header; an empty cell counts as null.

    Raises:
        CommandError: when the file is no CSV, or its header names a column twice or none.
    """
    csv.field_size_limit(_LONGEST_CELL)
    # Bytes that are not UTF-8 become lone surrogates, for which their row is refused later.
    rows = csv.reader((line.decode("utf-8-sig", "surrogateescape") for line in lines), strict=True)
    header: list[str] = []
    try:
        for row in filter(None, rows):
            if header:
                yield _row(rows.line_num, header, row)
            else:
                header = _header(row)
    except csv.Error:
        raise CommandError(
            f"Line {rows.line_num} is not CSV; nothing beyond it was read."
        ) from None


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once_each)
    except UnicodeDecodeError:
        raise LineError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise LineError("not JSON; each line is one whole object") from None
    if isinstance(found, list):
        raise LineError("an array; export one object a line (mongoexport without --jsonArray)")
    if not isinstance(found, dict):
        raise LineError("not a JSON object")
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise LineError("a member stands twice in it")
    return members


def _header(row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    if not all(names) or len(set(names)) < len(names):
        raise CommandError("The first line of a CSV file names each column, and each once.")
    return names


def _row(number: int, header: list[str], row: list[str]) -> Record:
    if len(row) != len(header):
        return Record(number, problem="another number of cells than the header has")
    if any("\udc80" <= char <= "\udcff" for cell in row for char in cell):
        return Record(number, problem="not UTF-8")
    return Record(number, {name: cell or None for name, cell in zip(header, row, strict=True)})
