"""`examples/AuthClient.swift` and `.kt`, checked by a parser without a compiler."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import tree_sitter_kotlin
import tree_sitter_swift
from tree_sitter import Language, Node, Parser

from authapi.core.errors import ErrorCode
from tests.examples.conftest import Mailing
from tests.support.servers import ROOT
from tests.support.waiting import DEADLINE

GRAMMARS = {"AuthClient.swift": tree_sitter_swift, "AuthClient.kt": tree_sitter_kotlin}
NO_REDIRECTS = {
    "AuthClient.swift": (
        "session.data(for: request, delegate: NoRedirects())",
        "URLRequest? { nil }",
    ),
    "AuthClient.kt": (
        "direct = plain.newBuilder().followRedirects(false)",
        "direct.newCall(request)",
    ),
}
"""How each tells its library to follow none."""
OWN_WORDS = {"not_the_api"}
PATHS = {
    *("register", "authenticate", "authenticate/second", "refresh", "logout"),
    *("password/forgot", "password/reset"),
}
EXAMPLES = pytest.mark.parametrize("name", GRAMMARS)


def parsed(name: str, source: bytes) -> Node:
    """Return the syntax tree of a source."""
    return Parser(Language(GRAMMARS[name].language())).parse(source).root_node


def mistakes(node: Node) -> Iterator[str]:
    """Yield every place that the grammar does not know."""
    if node.is_error or node.is_missing:
        yield f"line {node.start_point.row + 1}: {node.text!r}"
    for child in node.children:
        yield from mistakes(child)


def example(name: str) -> Path:
    """Return an example's file."""
    return ROOT / "examples" / name


@EXAMPLES
def test_it_parses(name: str) -> None:
    """The whole file is valid syntax."""
    source = example(name).read_bytes()
    assert list(mistakes(parsed(name, source))) == []


@EXAMPLES
def test_the_parser_sees_mistakes(name: str) -> None:
    """The check above can fail: for a missing brace."""
    source = example(name).read_bytes().rstrip().removesuffix(b"}")
    assert list(mistakes(parsed(name, source)))


@EXAMPLES
def test_it_follows_no_redirect(name: str) -> None:
    """A 307 would send a password or a refresh token on to another address."""
    source = example(name).read_text()
    assert all(text in source for text in NO_REDIRECTS[name])


@EXAMPLES
def test_it_speaks_the_service_s_language(name: str, mailing: Mailing) -> None:
    """Every code, field and path in it is one of the service."""
    description: dict[str, Any] = requests.get(
        f"{mailing.url}/openapi.json", timeout=DEADLINE
    ).json()
    schemas = description["components"]["schemas"].values()
    fields = {field for schema in schemas for field in schema.get("properties", {})}
    source = example(name).read_text()
    words = set(re.findall(r'(?:"|let )([a-z]+(?:_[a-z]+)+)(?:"|:)', source))
    assert words >= {"second_factor_required", "mfa_token"}
    assert words >= {"access_token", "refresh_token", "expires_in", "token_expired"}
    assert words - {code.value for code in ErrorCode} - fields <= OWN_WORDS
    assert set(re.findall(r'post\(\s*"([\w/]+)"', source)) == PATHS
    assert {f"/{path}" for path in PATHS} <= set(description["paths"])
