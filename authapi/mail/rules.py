"""How long mails wait, are tried and are kept: pure decisions."""

from collections.abc import Callable
from datetime import datetime, timedelta

LEASE = timedelta(seconds=60)
"""How far a claim moves the due date; no other sender takes the mail meanwhile."""

ATTEMPT_SECONDS = 45.0
"""Seconds that one attempt may take, over all servers; well within the lease."""

NOTICE_DELAY = timedelta(seconds=2)
"""How old a notice must be, so that the request that wrote it can complete its change first."""

KEPT = timedelta(days=30)
"""How long a settled mail is kept, without its text, for its owner's export and the operator."""

_BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
_JITTER = 0.2


def retry_at(attempts: int, now: datetime, random: Callable[[], float]) -> datetime:
    """Return when a mail is tried again after `attempts` failed ones; the wait grows.

    Args:
        attempts: how many there were, at least one.
        now: the present moment.
        random: returns a number from 0 to 1, so that not all are tried at once.
    """
    wait = _BACKOFF[min(attempts, len(_BACKOFF)) - 1]
    return now + wait * (1 + _JITTER * random())
