"""Time as an argument: objects that need the time get a `Clock`, so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

Clock = Callable[[], datetime]
"""Returns the present moment as an aware datetime in UTC."""

utc_now: Clock = partial(datetime.now, UTC)
"""The system's time."""

UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MAX_CLOCK_SKEW = timedelta(seconds=60)
"""How far the clocks of two servers may differ without harm."""


def whole_second(moment: datetime) -> datetime:
    """Return `moment` without its fraction, as a JWT's NumericDate carries it (RFC 7519, 2)."""
    return moment.replace(microsecond=0)


def is_recent(moment: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether `moment` was less than `limit` ago; a moment of the future never is."""
    return moment is not None and timedelta(0) <= now - moment < limit
