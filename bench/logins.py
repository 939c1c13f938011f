"""The users who log in: mostly regular ones, who did so before from the same network."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

REGULARS = 120
"""The number of regular users: enough that none logs in twice at the same time."""

_BETWEEN = 9  # of them log in for each who is anybody
_LOGINS = 2000


def regulars(users: int) -> list[int]:
    """Return the regular users, which are the same for every server."""
    return random.Random(users).sample(range(users), min(users, REGULARS))  # noqa: S311 - no secret


def everybody(known: Sequence[int], users: int) -> list[int]:
    """Return who logs in, one after the other: the regulars in turn, and each tenth time anybody.

    So the database has to find users that it did not just look at, too.
    """
    turns = itertools.cycle(known)
    return [
        random.randrange(users) if turn % (_BETWEEN + 1) == _BETWEEN else next(turns)  # noqa: S311
        for turn in range(_LOGINS)
    ]
