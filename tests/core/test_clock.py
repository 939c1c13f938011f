"""The clock."""

from datetime import UTC, datetime, timedelta

from authapi.core.clock import utc_now, whole_second


def test_the_clock_tells_aware_utc() -> None:
    """Its times are aware and in UTC."""
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_whole_second_is_never_later() -> None:
    """Times are rounded down to seconds (RFC 7519, 2)."""
    moment = datetime(2030, 1, 2, 3, 4, 5, 999_999, UTC)
    assert whole_second(moment) == datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
