"""What commands print: aligned columns for people, JSON for programs."""

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

import click


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print `rows` in columns below their `headings`."""
    cells = [[printable(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(_width(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())


def sheet(facts: Mapping[str, str]) -> None:
    """Print `facts` one below the other."""
    width = max(map(len, facts))
    for name, fact in facts.items():
        click.echo(f"{name:<{width}}  {printable(fact)}".rstrip())


def as_json(value: Mapping[str, object]) -> None:
    """Print `value` as one line of JSON in ASCII, which no terminal takes for a command."""
    click.echo(json.dumps(value, ensure_ascii=True))


def say(sentence: str, facts: Mapping[str, object], *, as_json_only: bool) -> None:
    """Print what was done: as a sentence for people, or as facts for programs."""
    if as_json_only:
        as_json(facts)
    else:
        click.echo(sentence)


def when(moment: datetime) -> str:
    """Return a moment, to the second, in UTC, as tables show it."""
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")


def timestamp(moment: datetime | None) -> str | None:
    """Return a moment, to the second, as programs read it (RFC 3339); None for none."""
    return moment.isoformat(timespec="seconds") if moment is not None else None


def printable(text: str) -> str:
    """Return `text` with escapes for control characters and what the terminal cannot show."""
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def _width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
