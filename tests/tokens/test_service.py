"""Issuing and verifying tokens on a fixed clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authapi.core.errors import ApiError, ErrorCode
from authapi.core.secrets import Secret
from authapi.tokens.codec import decode
from authapi.tokens.keys import KeyRing, derived_key
from authapi.tokens.service import TokenService
from authapi.tokens.settings import TokenSettings
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

SETTINGS = TokenSettings(
    jwt_issuer="me",
    jwt_audience="you",
    access_token_expire_minutes=15,
    refresh_token_expire_days=30,
    session_expire_days=45,
)
MASTER = Secret("one master secret of at least 32 bytes")


def service(master: Secret, settings: TokenSettings, clock: MovedClock) -> TokenService:
    """Return the token service of somebody with that secret."""
    access, refresh = (KeyRing([derived_key(master, use)]) for use in ("access", "refresh"))
    return TokenService(access, refresh, settings, clock)


@pytest.fixture
def moved() -> MovedClock:
    return MovedClock()


@pytest.fixture
def tokens(moved: MovedClock) -> TokenService:
    return service(MASTER, SETTINGS, moved)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token whose signature is looked at."""
    seen: list[str] = []

    def noting(token: str, *others: Any) -> dict[str, Any]:  # noqa: ANN401
        seen.append(token)
        return decode(token, *others)

    monkeypatch.setattr("authapi.tokens.service.decode", noting)
    return seen


def test_an_access_token_brings_back_who_it_was_made_for(tokens: TokenService) -> None:
    """S36: It has name, user, session, id and expiry."""
    issued = tokens.issue_access(session_of("Ann"))
    identity = tokens.verify_access(issued.access_token)
    assert (identity.username, identity.user_id, identity.session_id) == ("Ann", "u1", "s1")
    assert identity.token_id == payload_of(issued.access_token)["jti"]
    assert issued.expires_in == 900
    assert timedelta(0) < identity.expires_at - datetime.now(UTC) <= timedelta(minutes=15)


def test_an_access_token_expires(tokens: TokenService, moved: MovedClock) -> None:
    """S33: The error is `token_expired`, even if the token is cached."""
    seen, unseen = (tokens.issue_access(session_of("Ann")).access_token for _ in range(2))
    tokens.verify_access(seen)
    moved.move(minutes=15)
    for token in (seen, unseen):
        with pytest.raises(ApiError) as refused:
            tokens.verify_access(token)
        assert refused.value.code is ErrorCode.TOKEN_EXPIRED


def test_a_clock_put_back_makes_a_remembered_token_one_of_the_future(
    tokens: TokenService, moved: MovedClock
) -> None:
    """S33, S138: `iat` is checked for cached tokens as well."""
    token = tokens.issue_access(session_of("Ann")).access_token
    tokens.verify_access(token)
    moved.move(minutes=-5)
    with pytest.raises(ApiError) as refused:
        tokens.verify_access(token)
    assert refused.value.code is ErrorCode.SERVICE_UNAVAILABLE


def test_a_token_is_read_once(tokens: TokenService, reads: list[str]) -> None:
    """Valid tokens are cached, refused ones are not."""
    good = tokens.issue_access(session_of("Ann")).access_token
    bad = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    for _ in range(3):
        tokens.verify_access(good)
        with pytest.raises(ApiError):
            tokens.verify_access(bad)
    assert (reads.count(good), reads.count(bad)) == (1, 3)


def test_what_is_remembered_is_bounded(
    moved: MovedClock, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least recently used tokens are removed from the cache."""
    monkeypatch.setattr("authapi.tokens.service.REMEMBERED", 2)
    tokens = service(MASTER, SETTINGS, moved)
    first, second, third = (tokens.issue_access(session_of("Ann")).access_token for _ in range(3))
    for token in (first, second, third, third, first):
        tokens.verify_access(token)
    assert reads == [first, second, third, first]


def test_another_services_tokens_are_refused(moved: MovedClock) -> None:
    """S34: Issuer, audience and secret must match."""
    token = service(MASTER, SETTINGS, moved).issue_access(session_of("Ann")).access_token
    others = [
        (MASTER, replace(SETTINGS, jwt_issuer="them")),
        (MASTER, replace(SETTINGS, jwt_audience="them")),
        (Secret("another master secret of 32 bytes"), SETTINGS),
    ]
    for master, settings in others:
        with pytest.raises(ApiError, match="Invalid token"):
            service(master, settings, moved).verify_access(token)


def test_a_successor_is_derived_from_its_moment(tokens: TokenService, moved: MovedClock) -> None:
    """Contract 4: The same time gives the same token."""
    first = tokens.first_refresh("Ann", "u1", "s1")
    at = first.iat + timedelta(days=1)
    once, again = (tokens.encode_refresh(tokens.next_refresh(first, at)) for _ in range(2))
    later = tokens.encode_refresh(tokens.next_refresh(first, at + timedelta(seconds=1)))
    assert once == again != later
    assert payload_of(once)["gen"] == 1


def test_no_successor_outlives_the_session(tokens: TokenService) -> None:
    """S56: A refresh moves the idle end, not the absolute one."""
    first = tokens.first_refresh("Ann", "u1", "s1")
    assert first.exp == first.auth_time + timedelta(days=30)
    late = tokens.next_refresh(first, first.iat + timedelta(days=29))
    assert late.exp == first.auth_time + timedelta(days=45)


def test_an_expired_refresh_token_can_still_say_whose_it_was(
    tokens: TokenService, moved: MovedClock
) -> None:
    """Contract 6: So a logout works with it."""
    token = tokens.encode_refresh(tokens.first_refresh("Ann", "u1", "s1"))
    moved.move(days=31)
    assert tokens.read_refresh(token, even_expired=True).sid == "s1"
    with pytest.raises(ApiError) as refused:
        tokens.read_refresh(token)
    assert refused.value.code is ErrorCode.REFRESH_TOKEN_EXPIRED
