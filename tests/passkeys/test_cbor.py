"""CBOR from authenticators is checked before it is decoded."""

from __future__ import annotations

import re

import cbor2
import pytest

from authapi.passkeys.cbor import check_authenticator_data, end_of_item
from tests.passkeys.authenticator import ATTESTED, EXTENDED

BEHIND = b"\x00"


@pytest.mark.parametrize(
    "value",
    [
        *(0, 23, 24, 255, 256, 2**32, -1, -500, True, None, 1.5, "", "é" * 300, b"x" * 70_000),
        *([], [1, "a", [b""]], {}, {1: {"fmt": "none"}, "x5c": [b"1" * 30] * 30}),
    ],
)
def test_it_ends_where_a_decoder_ends(value: object) -> None:
    """The length of data without tags is right (RFC 8949, 3)."""
    written = cbor2.dumps(value)
    assert end_of_item(written + BEHIND, 0) == len(written)


@pytest.mark.parametrize(
    "written",
    [
        cbor2.dumps(re.compile("a")),
        cbor2.dumps({"a": [re.compile("a")]}),
        b"\xd9\x00\x23\x61a",  # the same tag in a longer way
        b"\xdb" + (35).to_bytes(8, "big") + b"\x61a",
        b"\x9f\x00\xff",  # nobody knows how long
        b"\x7f\x61a\xff",
        b"\x1c",
        b"\x81" * 9 + b"\x00",
    ],
)
def test_what_no_authenticator_writes_is_refused(written: bytes) -> None:
    """S17: Tags, indefinite lengths and deep nesting are refused."""
    with pytest.raises(ValueError, match="no authenticator"):
        end_of_item(written, 0)


@pytest.mark.parametrize("written", [b"", b"\x82\x00", b"\xbb" + b"\xff" * 8, b"\x19\x00"])
def test_it_ends_with_the_data(written: bytes) -> None:
    """S17: A large number of members costs nothing if they are missing."""
    with pytest.raises(IndexError):
        end_of_item(written, end_of_item(written, 0))


def _data(flags: int, rest: bytes) -> bytes:
    return bytes(32) + bytes([flags]) + bytes(4) + rest


def _rewrite(item: bytes) -> bytes:
    return cbor2.dumps(cbor2.loads(item))


def test_the_key_has_one_way_to_be_written() -> None:
    """Another encoding of the key could hide what follows it."""
    key, hidden = cbor2.dumps({1: 2}), cbor2.dumps(re.compile("a"))
    both, head = ATTESTED | EXTENDED, bytes(16) + b"\x00\x00"
    check_authenticator_data(_data(both, head + key + b"\xa0"), _rewrite)
    longer = b"\xa1\x18\x01\x02"  # a byte more: the decoder would go on a byte too early
    for written in (longer + b"\xa0", key + hidden, key + b"\xa0\x00", key):
        with pytest.raises((ValueError, IndexError)):
            check_authenticator_data(_data(both, head + written), _rewrite)
