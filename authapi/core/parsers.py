"""Parsers: each makes a value of a text, or raises ValueError with what the text must be."""

import re
from collections.abc import Callable


def number(least: float, most: float) -> Callable[[str], float]:
    """Read a number from `least` to `most`."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            raise ValueError("must be a number") from None
        if not least <= number <= most:  # false for NaN as well
            raise ValueError(f"must be between {least:g} and {most:g}")
        return number

    return read


def integer(least: int, most: int) -> Callable[[str], int]:
    """Read a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,10}", text):
            raise ValueError("must be a whole number")
        number = int(text)
        if not least <= number <= most:
            raise ValueError(f"must be between {least} and {most}")
        return number

    return read


def choice(*allowed: str) -> Callable[[str], str]:
    """Read one of the `allowed` words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of: {', '.join(allowed)}")
        return text

    return read


def words(text: str) -> tuple[str, ...]:
    """Return the words of a list, with commas or spaces between them."""
    return tuple(word for word in re.split(r"[\s,]+", text) if word)


def each(expected: re.Pattern[str], problem: str) -> Callable[[str], tuple[str, ...]]:
    """Read words that `expected` matches whole; `problem` says what another one is not."""

    def read(text: str) -> tuple[str, ...]:
        found = words(text)
        for word in found:
            if not expected.fullmatch(word):
                raise ValueError(f"{word!r} {problem}")
        return found

    return read


def choices(*allowed: str) -> Callable[[str], frozenset[str]]:
    """Read any of the `allowed` words, with commas or spaces between them."""

    def read(text: str) -> frozenset[str]:
        found = frozenset(words(text))
        if not found <= set(allowed):
            raise ValueError(f"must be some of: {', '.join(allowed)}")
        return found

    return read


def pattern(expected: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Read a text that `expected` matches whole; `what` says in words what that is."""

    def read(text: str) -> str:
        if not expected.fullmatch(text):
            raise ValueError(f"must be {what}")
        return text

    return read
