"""The pure rules: rates and waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.limits.backoff import Backoff, Streak, StreakUpdate
from authapi.limits.rules import Rate, whole_seconds

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
rates = st.builds(
    Rate, st.integers(1, 5), st.integers(1, 120).map(lambda seconds: timedelta(seconds=seconds))
)
gaps = st.lists(st.integers(0, 200_000), max_size=40)  # milliseconds between one attempt and next
backoffs = st.builds(
    Backoff,
    st.integers(1, 100),
    st.integers(1, 1440).map(lambda minutes: timedelta(minutes=minutes)),
)


@pytest.mark.parametrize(
    "text", ["10/5 minutes", "300/minute", "1/hour", "7/2 days", "1000/second", "5/90 seconds"]
)
def test_a_rate_is_read_and_written(text: str) -> None:
    """What is documented is what is read."""
    assert str(Rate.parse(text)) == text


def test_a_rate_may_be_written_in_words() -> None:
    """`per`, and the plural or not: the same rate."""
    assert Rate.parse("10 per 5 minute") == Rate(10, timedelta(minutes=5))


@pytest.mark.parametrize(
    "text",
    [
        *("", "10", "ten/minute", "0/minute", "1001/minute", "-5/minute", "5.5/minute"),
        *("1/year", "5/40 days", f"5/{'9' * 30} days", "5/fortnight", "1/second; 5/minute"),
    ],
)
def test_no_rate(text: str) -> None:
    """Anything else is refused, with a reason that can follow the variable's name."""
    with pytest.raises(ValueError, match=r"^must "):
        Rate.parse(text)


@given(rates, gaps)
def test_a_window_is_never_too_full_and_never_shut_too_long(rate: Rate, gaps: list[int]) -> None:
    """At most `count` hits in any stretch of `window`; a refused one is right when it is told."""
    hits: list[datetime] = []
    now = NOW
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        recent = [hit for hit in hits if now - hit < rate.window]
        free_at = rate.free_at(hits, now)
        assert (free_at is None) == (len(recent) < rate.count)
        if free_at is None:
            hits.insert(0, now)
        else:
            assert now < free_at <= now + rate.window
            assert rate.free_at(hits, free_at) is None
            assert rate.free_at(hits, free_at - timedelta(milliseconds=1)) is not None


@given(backoffs, st.integers(0, 300))
def test_waits_grow_to_the_longest(backoff: Backoff, further: int) -> None:
    """S23: never shorter than before, never longer than the longest."""
    waits = [backoff.wait(backoff.threshold + more) for more in (further, further + 1)]
    assert timedelta(0) < waits[0] <= waits[1] <= backoff.longest


@given(backoffs, st.integers(0, 300), st.integers(0, 100_000))
def test_only_strangers_wait(backoff: Backoff, failures: int, seconds: int) -> None:
    """S24: a known network is never kept waiting; a stranger not below the threshold."""
    now = NOW + timedelta(seconds=seconds)
    streak = Streak(failures, NOW, ("home",))
    assert backoff.free_at(streak, "home", now) is None
    stranger = backoff.free_at(streak, "elsewhere", now)
    if failures < backoff.threshold:
        assert stranger is None
    if stranger is not None:
        assert now < stranger <= now + backoff.longest
        assert backoff.free_at(streak, "elsewhere", stranger) is None


def test_a_clock_that_was_wrong_and_put_right_keeps_nobody_waiting() -> None:
    """What was noted a year ahead does not count; half a minute may be another server's clock."""
    rate, backoff = Rate(2, timedelta(minutes=5)), Backoff(2, timedelta(hours=1))
    for ahead, waits in ((timedelta(days=365), False), (timedelta(seconds=30), True)):
        noted = NOW + ahead
        assert (rate.free_at([noted, noted], NOW) is not None) == waits
        assert (backoff.free_at(Streak(2, noted), "elsewhere", NOW) is not None) == waits


@pytest.mark.parametrize(
    ("streak", "network", "update"),
    [
        (Streak(), "x", StreakUpdate(1, None, 3)),
        (Streak(2, NOW), "x", StreakUpdate(3, None, 3)),
        (Streak(3, NOW), "x", StreakUpdate(4, Streak(3, NOW), 3)),
        (Streak(3, NOW, ("home",)), "home", None),
        (
            Streak(9, NOW - timedelta(days=31)),
            "x",
            StreakUpdate(1, Streak(9, NOW - timedelta(days=31)), 3),
        ),
    ],
)
def test_how_an_attempt_counts(streak: Streak, network: str, update: StreakUpdate | None) -> None:
    """Below the threshold any; above it one stranger after the other; a known network not."""
    assert Backoff(3, timedelta(hours=1)).after_failure(streak, network, NOW) == update


@pytest.mark.parametrize(("seconds", "said"), [(-5, 1), (0, 1), (0.2, 1), (1, 1), (1.001, 2)])
def test_retry_after_is_rounded_up(seconds: float, said: int) -> None:
    """S26: waiting for whole seconds must be enough."""
    assert whole_seconds(NOW + timedelta(seconds=seconds), NOW) == said
