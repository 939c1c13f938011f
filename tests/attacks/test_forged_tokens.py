"""Tokens that the service did not make, or not like that."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.attacks.forger import ACCESS_KEY, REFRESH_KEY, Forger
from tests.support.actors import Visitor, error_code
from tests.support.forging import forged, header_of, payload_of, unpadded
from tests.support.servers import SECRET

INVALID = (401, "invalid_token")
DEAD = (400, "invalid_refresh_token")


def test_what_is_only_signed_again_is_believed(visitor: Visitor, forger: Forger) -> None:
    """S31: with the right key and nothing altered it works: what follows judges the rest."""
    assert visitor.protected(forger.access()).status_code == 200
    assert visitor.refresh(forger.refresh()).status_code == 200


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None])
@pytest.mark.parametrize("signature", ["", "x", "0" * 43])
def test_none_is_no_algorithm(
    visitor: Visitor, forger: Forger, alg: str | None, signature: str
) -> None:
    """S31: unsigned, however it is spelled and whatever stands for a signature."""
    for token in (forger.access(header={"alg": alg}), forger.refresh(header={"alg": alg})):
        unsigned = token.rpartition(".")[0]
        assert error_code(visitor.protected(f"{unsigned}.{signature}")) == INVALID
        assert error_code(visitor.refresh(f"{unsigned}.{signature}")) == DEAD


@pytest.mark.parametrize(("alg", "digest"), [("HS384", "sha384"), ("HS512", "sha512")])
def test_another_algorithm_is_refused(
    visitor: Visitor, forger: Forger, alg: str, digest: str
) -> None:
    """S31: even rightly signed with the right key."""
    token = forger.access(header={"alg": alg}, digest=digest)
    assert error_code(visitor.protected(token)) == INVALID


@pytest.mark.parametrize(
    "alg", ["RS256", "ES256", "EdDSA", "PS256", "hs256", "HS256 ", ["HS256"], 1]
)
def test_algorithm_confusion_is_refused(visitor: Visitor, forger: Forger, alg: object) -> None:
    """S31: the token does not choose how it is verified."""
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
    """S32: although the signature is right."""
    assert error_code(visitor.protected(forger.access(header=header))) == INVALID
    assert error_code(visitor.refresh(forger.refresh(header=header))) == DEAD


@pytest.mark.parametrize("exp", [None, "", "soon", "9999999999", True, [], {}, -1, 1e300, 10**30])
def test_exp_must_be_a_time(visitor: Visitor, forger: Forger, exp: object) -> None:
    """S33: no token lives for ever by an `exp` that is none."""
    assert error_code(visitor.protected(forger.access(payload={"exp": exp}))) == INVALID
    assert error_code(visitor.refresh(forger.refresh(payload={"exp": exp}))) == DEAD


def test_exp_is_enforced(visitor: Visitor, forger: Forger) -> None:
    """S33: a second ago is over."""
    payload = {"exp": int(time.time()) - 1}
    assert error_code(visitor.protected(forger.access(payload=payload))) == (401, "token_expired")
    expired = (400, "refresh_token_expired")
    assert error_code(visitor.refresh(forger.refresh(payload=payload))) == expired


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_the_future_is_refused(visitor: Visitor, forger: Forger, claim: str) -> None:
    """S33: `nbf` and `iat` may run ahead by the skew of a clock, not by a minute."""
    payload = {claim: int(time.time()) + 60}
    assert error_code(visitor.protected(forger.access(payload=payload))) == INVALID
    assert error_code(visitor.refresh(forger.refresh(payload=payload))) == DEAD
    assert visitor.protected(forger.access(payload={claim: int(time.time()) + 2})).ok


@pytest.mark.parametrize("claim", ["iss", "aud"])
@pytest.mark.parametrize(
    "value", [None, "", "Authapi", "authapi ", "authapi2", ["authapi"], True, {}]
)
def test_iss_and_aud_are_exact(visitor: Visitor, forger: Forger, claim: str, value: object) -> None:
    """S34: no other case, no list, no prefix."""
    assert error_code(visitor.protected(forger.access(payload={claim: value}))) == INVALID


@pytest.mark.parametrize("value", [None, "", "Authapi", ["authapi"], "https://authapi"])
def test_a_refresh_tokens_iss_is_exact(visitor: Visitor, forger: Forger, value: object) -> None:
    """S34: as for access tokens."""
    assert error_code(visitor.refresh(forger.refresh(payload={"iss": value}))) == DEAD


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "AT+JWT", "application/at+jwt", "rt+jwt", "", None, 1]
)
def test_typ_is_required_at_the_resource(visitor: Visitor, forger: Forger, typ: object) -> None:
    """S35: `at+jwt`, exactly as it is set."""
    assert header_of(forger.tokens["access_token"])["typ"] == "at+jwt"
    assert error_code(visitor.protected(forger.access(header={"typ": typ}))) == INVALID
    assert error_code(visitor.protected(forger.access(without=["typ"]))) == INVALID


@pytest.mark.parametrize("claim", ["iss", "exp", "aud", "sub", "uid", "sid", "iat", "jti"])
def test_every_claim_is_there_and_required(visitor: Visitor, forger: Forger, claim: str) -> None:
    """S36: without one of them, or with it empty, the token is none."""
    assert payload_of(forger.tokens["access_token"])[claim]
    assert error_code(visitor.protected(forger.access(without=[claim]))) == INVALID
    assert error_code(visitor.protected(forger.access(payload={claim: None}))) == INVALID
    assert error_code(visitor.protected(forger.access(payload={claim: [1]}))) == INVALID


@pytest.mark.parametrize("claim", ["iss", "sub", "uid", "sid", "gen", "auth_time", "iat", "exp"])
def test_every_claim_of_a_refresh_is_required(visitor: Visitor, forger: Forger, claim: str) -> None:
    """S36: the same for refresh tokens."""
    assert claim in payload_of(forger.tokens["refresh_token"])
    assert error_code(visitor.refresh(forger.refresh(without=[claim]))) == DEAD
    assert error_code(visitor.refresh(forger.refresh(payload={claim: {"$gt": 0}}))) == DEAD


@pytest.mark.parametrize("gen", [-1, 0.0, -0.0, 0.5, "0", False, True, 2**53, 10**40, 1, 7])
def test_a_generation_is_a_whole_number_and_the_living_one(
    visitor: Visitor, forger: Forger, gen: object
) -> None:
    """S36: neither another type nor another number spends the living token."""
    assert error_code(visitor.refresh(forger.refresh(payload={"gen": gen}))) == DEAD
    assert visitor.refresh(forger.refresh()).status_code == 200


def test_every_jti_is_another(visitor: Visitor) -> None:
    """S36: also for one user and one session."""
    tokens = visitor.log_in()
    seen = {payload_of(tokens["access_token"])["jti"]}
    for _ in range(4):
        tokens = visitor.refresh(tokens["refresh_token"]).json()
        seen.add(payload_of(tokens["access_token"])["jti"])
    assert len(seen) == 5


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 2900, b'{"exp":NaN}', b"1" * 2900],
)
def test_a_payload_that_is_no_object_is_refused(
    visitor: Visitor, forger: Forger, payload: bytes
) -> None:
    """S31: whatever the right key signed."""
    access = forged(header_of(forger.tokens["access_token"]), payload, ACCESS_KEY)
    refresh = forged(header_of(forger.tokens["refresh_token"]), payload, REFRESH_KEY)
    assert error_code(visitor.protected(access)) == INVALID
    assert error_code(visitor.refresh(refresh)) == DEAD


def test_any_altered_character_breaks_a_token(visitor: Visitor, forger: Forger) -> None:
    """S31: in the header, the claims or the signature, and so do missing and further parts."""
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
