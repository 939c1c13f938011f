"""What a refresh token means that did not win its rotation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from authapi.sessions.models import Session
from authapi.sessions.rules import Verdict, judge

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
NONE = timedelta(0)
REFRESHED = Session(
    id="s1",
    user_id="u1",
    generation=4,
    created_at=NOON - timedelta(days=1),
    refreshed_at=NOON - timedelta(seconds=5),
    expires_at=NOON + timedelta(days=1),
)
KEYED = replace(REFRESHED, refresh_key="fingerprint")


def test_a_session_that_is_gone_has_ended() -> None:
    """Contract 4: The key or the time of the request do not matter."""
    assert judge(None, 3, "fingerprint", NOON, timedelta(seconds=60)) is Verdict.ENDED


@pytest.mark.parametrize("generation", [4, 5, 99])
def test_a_living_token_that_was_not_spent_is_no_replay(generation: int) -> None:
    """Contract 4: Its session has expired, or its generation was never issued: no theft."""
    assert judge(KEYED, generation, "fingerprint", NOON, NONE) is Verdict.ENDED


def test_the_same_key_is_the_same_request() -> None:
    """S54: It gets the same answer however late, with or without a grace."""
    for grace in (NONE, timedelta(seconds=60)):
        for now in (NOON, NOON + timedelta(days=99)):
            assert judge(KEYED, 3, "fingerprint", now, grace) is Verdict.REPEATED


@pytest.mark.parametrize("generation", [0, 1, 2])
def test_a_token_whose_successor_was_used_is_replayed(generation: int) -> None:
    """S51: It is a replay with or without a key or a grace."""
    grace = timedelta(seconds=60)
    assert judge(KEYED, generation, "fingerprint", NOON, grace) is Verdict.REPLAYED
    assert judge(REFRESHED, generation, None, NOON, grace) is Verdict.REPLAYED


@pytest.mark.parametrize("grace", [NONE, timedelta(seconds=60)])
@pytest.mark.parametrize(
    ("session", "fingerprint"), [(KEYED, "another"), (KEYED, None), (REFRESHED, "fingerprint")]
)
def test_another_key_is_another_request(
    session: Session, fingerprint: str | None, grace: timedelta
) -> None:
    """S54: A request with a key is never the repeat of one without."""
    assert judge(session, 3, fingerprint, NOON, grace) is Verdict.REPLAYED


@pytest.mark.parametrize(
    ("grace", "verdict"),
    [(0, Verdict.REPLAYED), (4, Verdict.REPLAYED), (5, Verdict.REPEATED), (60, Verdict.REPEATED)],
)
def test_without_keys_the_grace_decides(grace: int, verdict: Verdict) -> None:
    """Contract 4: The grace ends to the second."""
    assert judge(REFRESHED, 3, None, NOON, timedelta(seconds=grace)) is verdict
