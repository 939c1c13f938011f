"""The pure rules of the backoff: which strangers wait, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.limits.backoff import FIRST_WAIT, FORGOTTEN_AFTER, TIERS, Backoff, Streak, StreakUpdate
from authapi.limits.rules import whole_seconds

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEFAULT = Backoff(100, HOUR)
GUESSED_AT = Streak(100, NOW, ("home",))
backoffs = st.builds(
    Backoff,
    st.integers(1, 100),
    st.integers(1, 1440).map(lambda minutes: timedelta(minutes=minutes)),
)


def after(streak: Streak, update: StreakUpdate | None) -> Streak:
    """Return the streak once the update was made."""
    if update is None:
        return streak
    return replace(
        streak,
        failures=update.failures,
        failed_at=update.at,
        tiers=update.tiers,
        strangers=update.strangers,
    )


def failing(streak: Streak, network: str, now: datetime, backoff: Backoff = DEFAULT) -> Streak:
    """Return the streak after another failure, at the time the network may try."""
    assert backoff.free_at(streak, network, now) is None
    return after(streak, backoff.after_failure(streak, network, now))


@given(backoffs, st.integers(0, TIERS - 1), st.integers(0, 2000))
def test_waits_grow_to_the_longest(backoff: Backoff, tier: int, further: int) -> None:
    """S23: They never get shorter, and have a maximum."""
    waits = [backoff.wait(tier, failures) for failures in (further, further + 1)]
    assert timedelta(0) < waits[0] <= waits[1] <= backoff.longest


@given(backoffs, st.integers(0, 300), st.integers(0, 100_000))
def test_only_strangers_wait(backoff: Backoff, failures: int, seconds: int) -> None:
    """S24: A known network never waits; a stranger only beyond the threshold."""
    now = NOW + timedelta(seconds=seconds)
    streak = Streak(failures, NOW, ("home",))
    assert backoff.free_at(streak, "home", now) is None
    stranger = backoff.free_at(streak, "elsewhere", now)
    if failures < backoff.threshold:
        assert stranger is None
    if stranger is not None:
        assert now < stranger <= now + backoff.longest
        assert backoff.free_at(streak, "elsewhere", stranger) is None


def test_who_has_not_tried_yet_comes_first() -> None:
    """S128: A network that failed waits longer than a new one."""
    now = NOW + FIRST_WAIT
    streak = failing(GUESSED_AT, "hostile", now)
    for _ in range(8):
        newcomer = DEFAULT.free_at(streak, "newcomer", now)
        hostile = DEFAULT.free_at(streak, "hostile", now)
        assert hostile is not None
        assert newcomer is None or newcomer <= hostile
        now = hostile
        streak = failing(streak, "hostile", now)
    assert DEFAULT.free_at(streak, "newcomer", now) is None


@pytest.mark.parametrize("hostile", [1, 10])
@pytest.mark.parametrize("arrives", [0, 5, 60, 600, 86_400])
@pytest.mark.parametrize("mistakes", [0, 1])
def test_hostile_networks_do_not_starve_a_patient_owner(
    hostile: int, arrives: int, mistakes: int
) -> None:
    """S128: The owner gets in although each of them tries as soon as it may."""
    made_mistake = mistakes > 0
    networks = [f"hostile {number}" for number in range(hostile)]
    streak, now = GUESSED_AT, NOW
    arrived = comes_again = NOW + timedelta(seconds=arrives)
    while True:
        for network in networks:
            if DEFAULT.free_at(streak, network, now) is None:
                streak = failing(streak, network, now)
        if now == comes_again:
            free = DEFAULT.free_at(streak, "owner", now)
            if free is None and not mistakes:
                break
            if free is None:
                mistakes, streak = mistakes - 1, failing(streak, "owner", now)
                free = now
            comes_again = now + timedelta(seconds=whole_seconds(free, now))
        waits = [DEFAULT.free_at(streak, network, now) or now for network in networks]
        now = min(comes_again, *waits)
    assert now - arrived < timedelta(minutes=25 if made_mistake else 12)


def test_all_strangers_together_are_bounded() -> None:
    """S128: Any number of networks can make at most 3 guesses an hour in the end."""
    streak, now, fresh, guesses, last_day = GUESSED_AT, NOW, 0, 0, 0
    while now < NOW + FORGOTTEN_AFTER:
        seen = [stranger.id for stranger in streak.strangers]
        candidates = [f"network {fresh}", *seen]
        waits = {one: DEFAULT.free_at(streak, one, now) for one in candidates}
        network = min(candidates, key=lambda one: waits[one] or now)
        now = waits[network] or now
        streak = failing(streak, network, now)
        fresh += network == candidates[0]
        guesses += 1
        last_day += now > NOW + FORGOTTEN_AFTER - timedelta(days=1)
    assert guesses < 2600
    assert last_day <= 3 * 24 + 3


def test_what_is_remembered_of_strangers_is_bounded() -> None:
    """S130: The document does not grow with the number of networks."""
    streak, now = GUESSED_AT, NOW
    for number in range(200):
        now += HOUR
        streak = failing(streak, f"network {number}", now)
    assert len(streak.strangers) == 50
    assert streak.strangers[0].id == "network 199"


def test_a_streak_is_remembered_as_long_as_it_is_long() -> None:
    """Shorter streaks are forgotten earlier."""
    assert DEFAULT.kept_for(50) == FORGOTTEN_AFTER / 2
    assert DEFAULT.kept_for(1000) == FORGOTTEN_AFTER
    short = Streak(1, NOW)
    begun_anew = DEFAULT.after_failure(short, "x", NOW + FORGOTTEN_AFTER / 100)
    assert begun_anew == StreakUpdate(
        1, NOW + FORGOTTEN_AFTER / 100, DEFAULT.kept_for(1), seen=short
    )


def test_a_clock_that_was_wrong_and_put_right_keeps_nobody_waiting() -> None:
    """Times far in the future are ignored; half a minute may be another clock."""
    for ahead, waits in ((timedelta(days=365), False), (timedelta(seconds=30), True)):
        streak = Streak(100, NOW + ahead)
        assert (DEFAULT.free_at(streak, "elsewhere", NOW) is not None) == waits


def test_how_a_failure_counts() -> None:
    """Above the threshold only one stranger at a time counts, a known network not."""
    backoff = Backoff(3, HOUR)
    for streak, failures, seen in (
        (Streak(), 1, False),
        (Streak(2, NOW), 3, False),
        (Streak(3, NOW), 4, True),
        (Streak(9, NOW - timedelta(days=31)), 1, True),
    ):
        update = backoff.after_failure(streak, "x", NOW)
        assert update is not None
        assert (update.failures, update.seen) == (failures, streak if seen else None)
    assert backoff.after_failure(Streak(3, NOW, ("home",)), "home", NOW) is None
