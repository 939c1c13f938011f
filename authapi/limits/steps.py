"""Hits that are counted in memory first, and in the database a step at a time."""

import os
import threading
from collections import OrderedDict
from datetime import datetime

from authapi.limits.rules import Rate

MOST_CLIENTS = 10_000
"""How many clients a process counts for at once; whoever came longest ago is forgotten first."""


class Steps:
    """Says when a client's hits in this process make a whole step of a rate (`Rate.step`).

    What is not yet a step is known here alone: between all processes a client gets at most
    `step - 1` hits for each of them beyond the rate.
    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._hits: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def complete(self, client: str, now: datetime) -> bool:
        """Count a hit; return whether it completes a step, which is then due in the database."""
        with self._lock:
            count, since = self._hits.pop(client, (0, now))
            if now - since >= self._rate.window:
                count, since = 0, now
            if count + 1 >= self._rate.step:
                return True
            self._keep(client, count + 1, since)
            return False

    def put_back(self, client: str, now: datetime) -> None:
        """Let the client's next hit ask again: the database had no room for the step."""
        with self._lock:
            self._keep(client, self._rate.step - 1, now)

    def _keep(self, client: str, count: int, since: datetime) -> None:
        self._hits[client] = (count, since)
        if len(self._hits) > MOST_CLIENTS:
            self._hits.popitem(last=False)
