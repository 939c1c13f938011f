"""The pure rules of rates."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.limits.rules import Rate, whole_seconds

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
rates = st.builds(
    Rate, st.integers(1, 5), st.integers(1, 120).map(lambda seconds: timedelta(seconds=seconds))
)
gaps = st.lists(st.integers(0, 200_000), max_size=40)  # milliseconds between one attempt and next


@pytest.mark.parametrize(
    "text", ["10/5 minutes", "300/minute", "1/hour", "7/2 days", "1000/second", "5/90 seconds"]
)
def test_a_rate_is_read_and_written(text: str) -> None:
    """The documented notation is read."""
    assert str(Rate.parse(text)) == text


def test_a_rate_may_be_written_in_words() -> None:
    """`per`, singular and plural are accepted."""
    assert Rate.parse("10 per 5 minute") == Rate(10, timedelta(minutes=5))


@pytest.mark.parametrize(
    "text",
    [
        *("", "10", "ten/minute", "0/minute", "1001/minute", "-5/minute", "5.5/minute"),
        *("1/year", "5/40 days", f"5/{'9' * 30} days", "5/fortnight", "1/second; 5/minute"),
    ],
)
def test_no_rate(text: str) -> None:
    """Anything else is refused, with a reason."""
    with pytest.raises(ValueError, match=r"^must "):
        Rate.parse(text)


@given(rates, gaps)
def test_a_window_is_never_too_full_and_never_shut_too_long(rate: Rate, gaps: list[int]) -> None:
    """It allows at most `count` hits per `window`, and its waits are exact."""
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


def test_a_clock_that_was_wrong_and_put_right_keeps_nobody_waiting() -> None:
    """Times far in the future are ignored; half a minute may be another clock."""
    rate = Rate(2, timedelta(minutes=5))
    for ahead, waits in ((timedelta(days=365), False), (timedelta(seconds=30), True)):
        noted = NOW + ahead
        assert (rate.free_at([noted, noted], NOW) is not None) == waits


@pytest.mark.parametrize(("seconds", "said"), [(-5, 1), (0, 1), (0.2, 1), (1, 1), (1.001, 2)])
def test_retry_after_is_rounded_up(seconds: float, said: int) -> None:
    """S26: Waiting for whole seconds is enough."""
    assert whole_seconds(NOW + timedelta(seconds=seconds), NOW) == said
