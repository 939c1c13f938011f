"""The rules for claims."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authapi.core.clock import UNIX_EPOCH
from authapi.core.identity import Identity
from authapi.tokens.rules import (
    TokenEarly,
    TokenExpired,
    TokenInvalid,
    check_times,
    identity,
    refresh_claims,
    starts,
)

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
AT = int(NOON.timestamp())
AN_HOUR_AGO = NOON - timedelta(hours=1)
ACCESS: dict[str, Any] = {
    "iss": "me", "aud": "you", "sub": "ann", "uid": "u1", "sid": "s1", "jti": "j1",
    "iat": AT, "exp": AT + 900,
}  # fmt: skip
REFRESH: dict[str, Any] = {
    "iss": "me", "sub": "ann", "uid": "u1", "sid": "s1", "gen": 3,
    "auth_time": AT - 60, "iat": AT, "exp": AT + 900,
}  # fmt: skip
TEXTS: list[object] = [None, "", 1, True, ["x"], {"x": 1}]
TIMES: list[object] = [
    None,
    "",
    "1",
    True,
    [],
    -1,
    float("nan"),
    float("inf"),
    1e300,
    253_402_300_800,
]


def test_access_claims_are_read() -> None:
    """S36: Times are aware and in UTC."""
    holder = identity(ACCESS, "me", "you")
    end = NOON + timedelta(minutes=15)
    assert holder == Identity(
        "ann", "u1", "s1", "j1", NOON, end, 0, UNIX_EPOCH, ("pwd",), "aal1", NOON
    )


def test_a_later_proof_leaves_the_start_of_the_session() -> None:
    """S120: A token has the time of the last proof and of the session's start."""
    later = {"auth_time": AT - 60, "session_start": AT - 3600}
    holder = identity({**ACCESS, **later}, "me", "you")
    assert holder.authenticated_at == NOON - timedelta(minutes=1)
    assert holder.session_start == AN_HOUR_AGO
    one_login = identity({**ACCESS, "auth_time": AT - 3600}, "me", "you")
    assert one_login.authenticated_at == one_login.session_start == AN_HOUR_AGO


@pytest.mark.parametrize(
    "claims",
    [
        {"ep": -1},
        {"ep": "1"},
        {"auth_time": "now"},
        {"session_start": "now"},
        {"amr": "pwd"},
        {"acr": 2},
    ],
)
def test_claims_that_came_later_are_refused_when_they_are_of_another_type(
    claims: dict[str, object],
) -> None:
    """S36: They may be missing, as in older tokens."""
    with pytest.raises(TokenInvalid):
        identity({**ACCESS, **claims}, "me", "you")


def test_refresh_claims_are_read() -> None:
    """S36: They have the generation and the time of the login."""
    claims = refresh_claims(REFRESH, "me")
    assert (claims.sub, claims.uid, claims.sid, claims.gen) == ("ann", "u1", "s1", 3)
    assert claims.auth_time == NOON - timedelta(minutes=1)


@pytest.mark.parametrize("claim", sorted(ACCESS))
def test_no_claim_of_an_access_token_may_be_missing(claim: str) -> None:
    """S36: RFC 9068, 2.2, requires them."""
    with pytest.raises(TokenInvalid, match=claim):
        identity({name: ACCESS[name] for name in ACCESS if name != claim}, "me", "you")


@pytest.mark.parametrize("claim", sorted(REFRESH))
def test_no_claim_of_a_refresh_token_may_be_missing(claim: str) -> None:
    """S36: The rotation needs them."""
    with pytest.raises(TokenInvalid, match=claim):
        refresh_claims({name: REFRESH[name] for name in REFRESH if name != claim}, "me")


@pytest.mark.parametrize("claim", ["sub", "uid", "sid", "jti"])
@pytest.mark.parametrize("value", TEXTS, ids=repr)
def test_a_name_is_a_text(claim: str, value: object) -> None:
    """S36: Other types and empty texts are refused."""
    with pytest.raises(TokenInvalid):
        identity({**ACCESS, claim: value}, "me", "you")


@pytest.mark.parametrize("claim", ["auth_time", "iat", "exp"])
@pytest.mark.parametrize("value", TIMES, ids=repr)
def test_a_time_is_a_number_of_seconds(claim: str, value: object) -> None:
    """S33: It must be a valid date."""
    with pytest.raises(TokenInvalid):
        refresh_claims({**REFRESH, claim: value}, "me")


@pytest.mark.parametrize("value", [None, True, -1, 1.0, "1", 2**53], ids=repr)
def test_a_generation_is_a_whole_number(value: object) -> None:
    """S36: MongoDB must be able to store it."""
    with pytest.raises(TokenInvalid):
        refresh_claims({**REFRESH, "gen": value}, "me")


@pytest.mark.parametrize(("issuer", "audience"), [("ME", "you"), ("me", "You"), ("", "you")])
def test_issuer_and_audience_are_exact(issuer: str, audience: str) -> None:
    """S34: Other spellings are refused."""
    with pytest.raises(TokenInvalid):
        identity(ACCESS, issuer, audience)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_another_clock_may_run_ahead_by_a_minute(claim: str) -> None:
    """S33, S138: Beyond that the token counts as early, not as invalid."""
    end = NOON + timedelta(hours=1)
    check_times(starts({"iat": AT, claim: AT + 60}), end, NOON)
    with pytest.raises(TokenEarly) as refused:
        check_times(starts({"iat": AT, claim: AT + 61}), end, NOON)
    assert refused.value.early == timedelta(seconds=1)


@pytest.mark.parametrize("value", ["x", None, True])
def test_an_nbf_that_is_none_is_refused(value: object) -> None:
    """S33: The claim is optional, but checked."""
    with pytest.raises(TokenInvalid):
        starts({"iat": AT, "nbf": value})


def test_a_token_ends_at_its_exp() -> None:
    """S33: It is refused on or after that time (RFC 7519, 4.1.4)."""
    check_times(AN_HOUR_AGO, NOON, NOON - timedelta(microseconds=1))
    with pytest.raises(TokenExpired):
        check_times(AN_HOUR_AGO, NOON, NOON)
