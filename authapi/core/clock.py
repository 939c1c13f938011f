"""Time as an argument: whoever needs the time is given a `Clock`, so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment as an aware datetime in UTC."""


def utc_now() -> datetime:
    """Return the system's time, aware, in UTC."""
    return datetime.now(UTC)


def whole_second(moment: datetime) -> datetime:
    """Return `moment` without its fraction, as a JWT's NumericDate carries it (RFC 7519, 2)."""
    return moment.replace(microsecond=0)
