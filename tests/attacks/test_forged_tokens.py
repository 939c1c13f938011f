"""Tokens that the service did not issue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.forger import ACCESS_KEY, REFRESH_KEY, Forger
from tests.support.actors import Visitor, error_code
from tests.support.forging import forged, header_of, unpadded
from tests.support.servers import SECRET

INVALID = (401, "invalid_token")
DEAD = (400, "invalid_refresh_token")


def test_what_is_only_signed_again_is_believed(visitor: Visitor, forger: Forger) -> None:
    """S31: A token that is signed again with the right key works, so the tests below can fail."""
    assert visitor.protected(forger.access()).status_code == 200
    assert visitor.refresh(forger.refresh()).status_code == 200


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None])
@pytest.mark.parametrize("signature", ["", "x", "0" * 43])
def test_none_is_no_algorithm(
    visitor: Visitor, forger: Forger, alg: str | None, signature: str
) -> None:
    """S31: An unsigned token is refused, however `none` is spelled."""
    for token in (forger.access(header={"alg": alg}), forger.refresh(header={"alg": alg})):
        unsigned = token.rpartition(".")[0]
        assert error_code(visitor.protected(f"{unsigned}.{signature}")) == INVALID
        assert error_code(visitor.refresh(f"{unsigned}.{signature}")) == DEAD


@pytest.mark.parametrize(("alg", "digest"), [("HS384", "sha384"), ("HS512", "sha512")])
def test_another_algorithm_is_refused(
    visitor: Visitor, forger: Forger, alg: str, digest: str
) -> None:
    """S31: It is refused even with a correct signature by the right key."""
    token = forger.access(header={"alg": alg}, digest=digest)
    assert error_code(visitor.protected(token)) == INVALID


@pytest.mark.parametrize(
    "alg", ["RS256", "ES256", "EdDSA", "PS256", "hs256", "HS256 ", ["HS256"], 1]
)
def test_algorithm_confusion_is_refused(visitor: Visitor, forger: Forger, alg: object) -> None:
    """S31: The token's header does not choose the algorithm."""
    assert error_code(visitor.protected(forger.access(header={"alg": alg}))) == INVALID
    assert error_code(visitor.refresh(forger.refresh(header={"alg": alg}))) == DEAD


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"x" * 32,
        SECRET.encode(),
        b"your-secret-key",
        b"\0" * 32,
        ACCESS_KEY[::-1],
        REFRESH_KEY,
    ],
)
def test_a_foreign_key_is_refused(visitor: Visitor, forger: Forger, key: bytes) -> None:
    """S31: neither the master secret itself nor the other purpose's key signs an access token."""
    assert error_code(visitor.protected(forger.access(key=key))) == INVALID


@pytest.mark.parametrize("key", [b"", SECRET.encode(), ACCESS_KEY])
def test_a_foreign_key_refreshes_nothing(visitor: Visitor, forger: Forger, key: bytes) -> None:
    """S31: the same for refresh tokens."""
    assert error_code(visitor.refresh(forger.refresh(key=key))) == DEAD


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "oct", "k": unpadded(b"x" * 32)}},
        {"x5c": ["MIIB"]},
        {"kid": "../../../dev/null"},
        {"kid": "/dev/null"},
        {"kid": "' UNION SELECT 'x"},
        {"kid": {"$ne": None}},
        {"kid": ["x"]},
        {"kid": ""},
        {"kid": None},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"cty": "JWT"},
        {"zip": "DEF"},
    ],
    ids=str,
)
def test_a_header_that_points_elsewhere_is_refused(
    visitor: Visitor, forger: Forger, header: dict[str, Any]
) -> None:
    """S32: `jwk`, `jku` and the like are refused although the signature is right."""
    assert error_code(visitor.protected(forger.access(header=header))) == INVALID
    assert error_code(visitor.refresh(forger.refresh(header=header))) == DEAD


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "AT+JWT", "application/at+jwt", "rt+jwt", "", None, 1]
)
def test_typ_is_required_at_the_resource(visitor: Visitor, forger: Forger, typ: object) -> None:
    """S35: Only the exact `at+jwt` is accepted."""
    assert header_of(forger.tokens["access_token"])["typ"] == "at+jwt"
    assert error_code(visitor.protected(forger.access(header={"typ": typ}))) == INVALID
    assert error_code(visitor.protected(forger.access(without=["typ"]))) == INVALID


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 2900, b'{"exp":NaN}', b"1" * 2900],
)
def test_a_payload_that_is_no_object_is_refused(
    visitor: Visitor, forger: Forger, payload: bytes
) -> None:
    """S31: It is refused although the right key signed it."""
    access = forged(header_of(forger.tokens["access_token"]), payload, ACCESS_KEY)
    refresh = forged(header_of(forger.tokens["refresh_token"]), payload, REFRESH_KEY)
    assert error_code(visitor.protected(access)) == INVALID
    assert error_code(visitor.refresh(refresh)) == DEAD


def test_any_altered_character_breaks_a_token(visitor: Visitor, forger: Forger) -> None:
    """S31: Any change in a part, and missing or additional parts, are refused."""
    token: str = forger.tokens["access_token"]
    header, payload, signature = token.split(".")
    wrong = [
        f"{header}.{payload}", f"{header}.{payload}.", f"{token}.", f"{token}.x", f".{token}",
        f"{header}..{signature}", f".{payload}.{signature}", "..", token.replace(".", ""),
        f"{header}.{payload}.{signature[:-2]}", f"{header}.{payload}.{signature[::-1]}",
        token.swapcase(), token * 4, f"{header} .{payload}.{signature}", f"{token}=",
    ]  # fmt: skip
    for at in range(0, len(token) - 1, 9):
        swapped = "A" if token[at] != "A" else "B"
        wrong.append(token[:at] + swapped + token[at + 1 :])
    assert {error_code(visitor.protected(each)) for each in wrong} == {INVALID}
