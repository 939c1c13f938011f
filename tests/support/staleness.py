"""For how long a server goes on believing a token that was revoked elsewhere."""

from __future__ import annotations

import time

from tests.support.actors import Visitor
from tests.support.waiting import until


def seconds_believed(visitor: Visitor, access_token: str) -> float:
    """Return the seconds from now until the last request was sent that still got in.

    What a busy machine adds between sending and answering makes it no longer.
    """
    begun, believed = time.monotonic(), 0.0

    def refused() -> bool:
        nonlocal believed
        sent = time.monotonic()
        if visitor.protected(access_token).status_code == 401:
            return True
        believed = sent - begun
        return False

    until(refused, what="the token is refused")
    return believed
