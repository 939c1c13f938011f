"""Encoding and decoding JWTs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.exceptions import InvalidKeyError

from authapi.core.secrets import Secret
from authapi.tokens.codec import decode, encode
from authapi.tokens.keys import KeyRing, SigningKey, derived_key
from authapi.tokens.rules import LONGEST_TOKEN, TokenInvalid
from tests.support.forging import forged, header_of, payload_of

KEY = derived_key(Secret("one master secret of at least 32 bytes"), "test")
OTHER = derived_key(Secret("one master secret of at least 32 bytes"), "another")
RING, OTHER_RING = KeyRing([KEY]), KeyRing([OTHER])
CLAIMS: dict[str, Any] = {"sub": "ann", "exp": 1}
texts = st.text(st.characters(exclude_categories=["Cs"]))
short = st.text(st.characters(exclude_categories=["Cs"]), max_size=16)
"""Six pairs of these make no token beyond the maximum length, escaped as they are."""


@given(st.dictionaries(short, short | st.integers(-(2**53), 2**53), max_size=6))
def test_what_goes_in_comes_out(claims: dict[str, Any]) -> None:
    """Contract 3: Any characters are kept."""
    assert decode(encode(claims, "t", RING), "t", RING) == claims


@given(texts)
def test_the_payload_is_plain_base64(text: str) -> None:
    """Contract 3: It has no `-` and no `_`, and is the same JSON for every parser."""
    payload = encode({"sub": text}, "t", RING).split(".")[1]
    assert re.fullmatch(r"[A-Za-z0-9+/]+", payload)


def test_the_header_is_alg_typ_and_kid() -> None:
    """S35: It has no other member."""
    token = encode(CLAIMS, "at+jwt", RING)
    assert header_of(token) == {"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid}
    assert payload_of(token) == CLAIMS


def test_a_token_made_by_hand_from_the_rfc_is_the_same_to_us() -> None:
    """S31: The signature is HMAC-SHA256 of both parts (RFC 7515)."""
    header = {"alg": "HS256", "typ": "t", "kid": KEY.kid}
    assert decode(forged(header, CLAIMS, KEY.private), "t", RING) == CLAIMS


def test_equal_claims_give_equal_tokens() -> None:
    """Contract 4: So a repeated refresh gets the same token, although it is not stored."""
    assert encode(CLAIMS, "t", RING) == encode(dict(CLAIMS), "t", RING)


def test_another_type_or_key_is_refused() -> None:
    """S35, S37: A token has one purpose."""
    token = encode(CLAIMS, "t", RING)
    for typ, key in (("u", RING), ("t", OTHER_RING), ("T", RING), ("", RING)):
        with pytest.raises(TokenInvalid):
            decode(token, typ, key)


@given(st.text(max_size=80) | st.from_regex(r"\A[\w-]{2,9}\.[\w-]{2,9}\.[\w-]{2,9}\Z"))
def test_any_other_text_is_refused(text: str) -> None:
    """S17: Only `TokenInvalid` is raised."""
    with pytest.raises(TokenInvalid):
        decode(text, "t", RING)


def test_a_long_text_is_not_looked_at() -> None:
    """S17: It is refused even if it is signed correctly."""
    long = encode({"sub": "x" * LONGEST_TOKEN}, "t", RING)
    with pytest.raises(TokenInvalid, match="compact"):
        decode(long, "t", RING)


@pytest.mark.parametrize("tail", ["=", "==", ";", ",", "\n", " ", "!", "é"])
def test_nothing_may_follow_a_token(tail: str) -> None:
    """S44: Base64 decoders would ignore it."""
    token = encode(CLAIMS, "t", RING)
    with pytest.raises(TokenInvalid):
        decode(token + tail, "t", RING)


def test_deep_nesting_is_refused() -> None:
    """S17: It is refused even if it is signed correctly."""
    header = {"alg": "HS256", "typ": "t", "kid": KEY.kid}
    token = forged(header, b"[" * 2900, KEY.private)
    with pytest.raises(TokenInvalid):
        decode(token, "t", RING)


def test_a_key_shows_its_name_only() -> None:
    """S76: Its `repr` has the `kid`, not the secret."""
    assert repr(KEY) == f"SigningKey(kid='{KEY.kid}', algorithm='HS256')"
    assert KEY.kid != OTHER.kid
    assert KEY.private.hex() not in KEY.kid


@pytest.mark.parametrize(
    "mistaken", [b"-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n", b'{"kty": "oct"}']
)
def test_a_public_key_never_signs_as_a_secret(mistaken: bytes) -> None:
    """S31: It is refused at its first use and later."""
    ring = KeyRing([SigningKey("k", "HS256", mistaken, mistaken)])
    for _ in range(2):
        with pytest.raises(InvalidKeyError):
            encode(CLAIMS, "t", ring)
