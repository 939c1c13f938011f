"""Correctly signed tokens with claims that the service never issues."""

from __future__ import annotations

import time

import pytest

from tests.attacks.forger import Forger
from tests.support.actors import Visitor, error_code
from tests.support.forging import payload_of

INVALID = (401, "invalid_token")
DEAD = (400, "invalid_refresh_token")


@pytest.mark.parametrize("exp", [None, "", "soon", "9999999999", True, [], {}, -1, 1e300, 10**30])
def test_exp_must_be_a_time(visitor: Visitor, forger: Forger, exp: object) -> None:
    """S33: An `exp` of another type is refused."""
    assert error_code(visitor.protected(forger.access(payload={"exp": exp}))) == INVALID
    assert error_code(visitor.refresh(forger.refresh(payload={"exp": exp}))) == DEAD


def test_exp_is_enforced(visitor: Visitor, forger: Forger) -> None:
    """S33: A token that expired a second ago is refused."""
    payload = {"exp": int(time.time()) - 1}
    assert error_code(visitor.protected(forger.access(payload=payload))) == (401, "token_expired")
    expired = (400, "refresh_token_expired")
    assert error_code(visitor.refresh(forger.refresh(payload=payload))) == expired


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_the_future_is_refused(visitor: Visitor, forger: Forger, claim: str) -> None:
    """S33, S138: `nbf` and `iat` may be a minute ahead; beyond that the answer is a 503."""
    payload = {claim: int(time.time()) + 900, "exp": int(time.time()) + 1800}
    for answer in (
        visitor.protected(forger.access(payload=payload)),
        visitor.refresh(forger.refresh(payload=payload)),
    ):
        assert error_code(answer) == (503, "service_unavailable")
        assert answer.headers["Retry-After"] == "60"
    assert visitor.protected(forger.access(payload={claim: int(time.time()) + 45})).ok


@pytest.mark.parametrize("claim", ["iss", "aud"])
@pytest.mark.parametrize(
    "value", [None, "", "Authapi", "authapi ", "authapi2", ["authapi"], True, {}]
)
def test_iss_and_aud_are_exact(visitor: Visitor, forger: Forger, claim: str, value: object) -> None:
    """S34: Another case, a list or a prefix is refused."""
    assert error_code(visitor.protected(forger.access(payload={claim: value}))) == INVALID


@pytest.mark.parametrize("value", [None, "", "Authapi", ["authapi"], "https://authapi"])
def test_a_refresh_tokens_iss_is_exact(visitor: Visitor, forger: Forger, value: object) -> None:
    """S34: as for access tokens."""
    assert error_code(visitor.refresh(forger.refresh(payload={"iss": value}))) == DEAD


@pytest.mark.parametrize("claim", ["iss", "exp", "aud", "sub", "uid", "sid", "iat", "jti"])
def test_every_claim_is_there_and_required(visitor: Visitor, forger: Forger, claim: str) -> None:
    """S36: A token without one of them, or with an empty one, is invalid."""
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
    """S36: Another type or another number does not refresh."""
    assert error_code(visitor.refresh(forger.refresh(payload={"gen": gen}))) == DEAD
    assert visitor.refresh(forger.refresh()).status_code == 200


def test_every_jti_is_another(visitor: Visitor) -> None:
    """S36: Even tokens of one user and session have different ids."""
    tokens = visitor.log_in()
    seen = {payload_of(tokens["access_token"])["jti"]}
    for _ in range(4):
        tokens = visitor.refresh(tokens["refresh_token"]).json()
        seen.add(payload_of(tokens["access_token"])["jti"])
    assert len(seen) == 5
