"""`docs/security.md` maps every security promise to tests that name it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.servers import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS: dict[str, str] = dict(re.findall(r"^\| (S\d+) \| .*? \| (.*) \|$", PAGE, re.MULTILINE))
PROMISES = [
    *range(1, 19),
    *range(20, 46),
    *range(50, 61),
    *range(70, 79),
    *range(80, 141),
    145,
    146,
]


def numbers_in(text: str) -> set[str]:
    """Return the promises that a sentence names; a range such as `S1 to S3` names all of it."""
    found = set(re.findall(r"\bS\d+\b", text))
    for first, last in re.findall(r"\bS(\d+) to S(\d+)\b", text):
        found |= {f"S{number}" for number in range(int(first), int(last) + 1)}
    return found


def docstring_of(test: str) -> str:
    """Return the docstring of the test `path::name`."""
    path, name = test.split("::")
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node) or ""
    raise AssertionError(f"no test {test}")


def test_every_promise_has_its_row() -> None:
    """The page has a row for each promise, in their order, and no others."""
    assert [int(row[1:]) for row in ROWS] == PROMISES


@pytest.mark.parametrize("promise", ROWS)
def test_each_promise_is_named_by_the_tests_beside_it(promise: str) -> None:
    """Each test of a row exists, and its docstring names the promise."""
    tests = re.findall(r"`(tests/[^`]+)`", ROWS[promise])
    assert tests
    for test in tests:
        assert promise in numbers_in(docstring_of(test)), test
