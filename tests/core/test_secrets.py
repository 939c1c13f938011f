"""Hiding and judging secrets, and deriving keys from them."""

import hashlib
import hmac
import secrets
import string
from base64 import b32encode, b64encode, b85encode, urlsafe_b64encode
from collections.abc import Callable
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.core.secrets import Secret, derive_key, weakness

GUESSABLE = "is made of words, rows of keys or repetitions"
EXAMPLE = "is a well-known example"
DIGITS = "is made of digits"
DISGUISED = "is the encoding of what could be guessed"
VISIBLE = string.ascii_letters + string.digits + string.punctuation
WORDS = b"super-secret-key-change-this-in-production"


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block of SHA-256, made with `hmac` only."""
    extracted = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def test_this_computation_is_rfc_5869s() -> None:
    """The first test case of RFC 5869 gives its first block."""
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    assert hkdf(b"\x0b" * 22, salt, info).hex() == expected


@given(st.text(min_size=1), st.text())
def test_keys_are_derived_by_hkdf(secret: str, purpose: str) -> None:
    """S31: Other implementations can derive the same keys."""
    try:
        raw, info = secret.encode(), purpose.encode()
    except UnicodeEncodeError:
        return
    assert derive_key(Secret(secret), purpose) == hkdf(raw, b"authapi", info)


def test_every_purpose_has_a_key_of_its_own() -> None:
    """S37: No derived key equals another or the secret."""
    master = Secret(secrets.token_urlsafe(48))
    keys = {derive_key(master, purpose) for purpose in ("access", "refresh", "fingerprint", "")}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)
    assert master.reveal().encode()[:32] not in keys


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("", "is shorter than 32 bytes"),
        ("abcdefghijklmnopqrstuvwxyz01234", "is shorter than 32 bytes"),
        ("x" * 100, "repeats a few characters only"),
        ("abcabcabcabcabcabcabcabcabcabcabcabc", "repeats a few characters only"),
        ("your-256-bit-secret-is-right-here", EXAMPLE),
        ("YOUR_SECRET_KEY_abcdefghijklmnopq", EXAMPLE),
        ("ChangeMe-abcdefghijklmnopqrstuvwxyz", EXAMPLE),
        ("a-string-secret-at-least-256-bits-long", EXAMPLE),
        ("replace-me-" + "x7Qk" * 8, EXAMPLE),
        ("super-secret-key-change-this-in-production", GUESSABLE),
        ("correct horse battery staple and a lamp post", GUESSABLE),
        ("MyCompanyProductionSecretKey2026!!", GUESSABLE),
        ("JWT_SECRET_KEY_FOR_DEVELOPMENT_ONLY_DO_NOT_USE", GUESSABLE),
        ("donaudampfschifffahrtsgesellschaftskapitaen", GUESSABLE),
        ("пожалуйста-замените-этот-ключ", GUESSABLE),
        ("0123456789" * 5, DIGITS),
        ("0123456789abcdef" * 4, GUESSABLE),
        ("00112233445566778899aabbccddeeff", GUESSABLE),
        ("a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6", GUESSABLE),
        ("qwertyuiop-asdfghjkl-zxcvbnm-0987654321", GUESSABLE),
        ("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9", GUESSABLE),
        ("x7Qk9ZvB2m" * 4, GUESSABLE),
        ("Sup3rS3cr3tK3yF0rPr0duct10n!!2024", GUESSABLE),
        ("P@ssw0rd123P@ssw0rd456P@ssw0rd789", GUESSABLE),
        ("ThisIsNotAVerySecureSecretKeyButItIsLong123", GUESSABLE),
        ("zmien-ten-sekret-przed-wdrozeniem-prosze-2024", GUESSABLE),
        ("qazwsxedcrfvtgbyhnujmikolp1234567890", GUESSABLE),
        ("!@#$%^&*()_+qwertyuiop!@#$%^&*()_+", GUESSABLE),
        ("aaaabbbbccccddddeeeeffffgggghhhhiiii", GUESSABLE),
        ("2024-01-01T00:00:00Z-2025-01-01T00:00:00Z", GUESSABLE),
        ("django-insecure-x7Qk9ZvB2mPt4LwYc8Rd", EXAMPLE),
        ("123e4567-e89b-12d3-a456-426614174000", EXAMPLE),
        (hashlib.sha256().hexdigest(), EXAMPLE),
        ("31415926535897932384626433832795", DIGITS),
        (WORDS.hex(), DISGUISED),
        (WORDS.hex(":"), DISGUISED),
        (b64encode(WORDS).decode(), DISGUISED),
        (urlsafe_b64encode(WORDS).decode().rstrip("="), DISGUISED),
        (b64encode(b64encode(WORDS)).decode(), DISGUISED),
        (f"base64:{b64encode(WORDS).decode()}", DISGUISED),
        (b32encode(WORDS).decode(), DISGUISED),
        (b85encode(WORDS).decode(), DISGUISED),
        (b64encode(b"0123456789abcdef" * 2).decode(), DISGUISED),
        (bytes(range(32)).hex(), DISGUISED),
    ],
)
def test_a_weak_secret_is_told_why(secret: str, why: str) -> None:
    """S38, S131: It is too short, too uniform, well known or made of words."""
    assert weakness(secret) == why


def _uuid_pair(random: Random) -> str:
    return "".join(str(UUID(bytes=random.randbytes(16), version=4)) for _ in range(2))


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda random: _base64(random, urlsafe_b64encode).rstrip("="), id="urlsafe"),
        pytest.param(lambda random: _base64(random, b64encode), id="openssl rand -base64"),
        pytest.param(lambda random: random.randbytes(32).hex(), id="openssl rand -hex"),
        pytest.param(lambda random: random.randbytes(16).hex(), id="openssl rand -hex 16"),
        pytest.param(_uuid_pair, id="two UUIDs"),
        pytest.param(lambda random: _chosen(random, 64, VISIBLE), id="a password manager's"),
    ],
)
def test_generated_secrets_are_fine(make: Callable[[Random], str]) -> None:
    """S38, S131: 10,000 generated secrets of each kind are accepted."""
    random = Random(1)
    assert [text for text in (make(random) for _ in range(10_000)) if weakness(text)] == []


def _chosen(random: Random, length: int, characters: str) -> str:
    return "".join(random.choices(characters, k=length))


def _base64(random: Random, encode: Callable[[bytes], bytes]) -> str:
    return encode(random.randbytes(32)).decode()


def test_a_secret_does_not_show_itself() -> None:
    """S76: It is not in `repr`, `str`, formats or tracebacks."""
    secret = Secret("hush-hush")
    shown = [repr(secret), str(secret), f"{secret}", repr([secret]), repr(ValueError(secret))]
    assert not [text for text in shown if "hush" in text]
    assert secret.reveal() == "hush-hush"


def test_equal_secrets_are_equal() -> None:
    """Settings that hold them can be compared."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
