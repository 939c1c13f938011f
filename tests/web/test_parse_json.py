"""The strict JSON parser."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.core.errors import ApiError, ErrorCode
from authapi.web.body import parse_json

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(values, st.booleans())
def test_every_json_value_is_read(value: object, ascii_only: bool) -> None:
    """S17: Escapes are read as well."""
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary())
def test_any_bytes_are_json_or_malformed(raw: bytes) -> None:
    """S17: No other exception is raised, and values can be encoded again."""
    try:
        value = parse_json(raw)
    except ApiError:
        return
    json.dumps(value, allow_nan=False).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"{", b"nul", b"NaN", b"[Infinity]", b'{"a": -Infinity}', b"01", b"+1", b".5",
        b'{"a": 1, "a": 1}', b'[{"b": {"a": 1, "\\u0061": 2}}]', b'"\\ud800"', b'{"\\udc00": 1}',
        b'"\xff"', b"\xef\xbb\xbf" * 2 + b"1", b'"\x00"', b"1 2", b"[1,]", b"'a'", b"1" * 5000,
        b"1e999", b"[" * 100_000, b'{"a":' * 50_000, b"[-1e400]",
    ],
)  # fmt: skip
def test_what_other_parsers_let_pass_is_malformed(raw: bytes) -> None:
    """S17: RFC 8259 and RFC 7493 are obeyed."""
    with pytest.raises(ApiError) as refused:
        parse_json(raw)
    assert refused.value.code is ErrorCode.MALFORMED_JSON


def test_a_byte_order_mark_is_ignored() -> None:
    """Contract 1: RFC 8259, 8.1, allows that, and the prototype did it."""
    assert parse_json(b"\xef\xbb\xbf[1]") == [1]


def test_a_surrogate_pair_is_a_character() -> None:
    """S17: Half of a pair is refused."""
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"
