"""Measures how long a server still accepts a token that was revoked in another process."""

from __future__ import annotations

import time

from tests.support.actors import Visitor
from tests.support.waiting import until


def seconds_accepted(visitor: Visitor, access_token: str) -> float:
    """Return the seconds from now until the last request was sent that was still accepted.

    The time that an answer takes on a busy machine is not counted.
    """
    begun, accepted = time.monotonic(), 0.0

    def refused() -> bool:
        nonlocal accepted
        sent = time.monotonic()
        if visitor.protected(access_token).status_code == 401:
            return True
        accepted = sent - begun
        return False

    until(refused, what="the token is refused")
    return accepted
