"""Hits that are counted in memory first, and in the database a step at a time."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from authapi.core.forks import after_fork_in_child
from authapi.limits.rules import Rate

MOST_CLIENTS = 10_000
"""How many clients a process counts for at once; whoever came longest ago is forgotten first."""


class _Phase(Enum):
    COUNTING = auto()
    ASKING = auto()  # the database is being asked for a step
    FULL = auto()  # it had no room for one


@dataclass(frozen=True, slots=True)
class _State:
    phase: _Phase
    count: int
    latest: datetime


class Steps:
    """Says how many hits of a client to write now: most of the time none, then a whole step.

    While a step is being written, and while there is no room for one, every hit is written by
    itself. So what this process let pass without writing it is always less than a step
    (`Rate.step`), however many come at once.
    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._states: OrderedDict[str, _State] = OrderedDict()

    def due(self, client: str, now: datetime) -> int:
        """Count a hit; return how many to write now: 0, 1 or the step."""
        with self._lock:
            state = self._states.get(client)
            if state is None or now - state.latest >= self._rate.window:
                state = _State(_Phase.COUNTING, 0, now)
            if state.phase is not _Phase.COUNTING:
                return 1
            if state.count + 1 < self._rate.step:
                self._keep(client, _State(_Phase.COUNTING, state.count + 1, now))
                return 0
            self._keep(client, _State(_Phase.ASKING, state.count, now))
            return self._rate.step

    def written(self, client: str, amount: int, now: datetime) -> None:
        """Take note that the database had room for what was due."""
        with self._lock:
            state = self._states.get(client)
            if amount == self._rate.step:
                self._states.pop(client, None)
            elif state is not None and state.phase is _Phase.FULL:
                self._keep(client, _State(_Phase.COUNTING, state.count, now))

    def refused(self, client: str, amount: int, now: datetime) -> None:
        """Take note that it had none, or did not answer."""
        with self._lock:
            if amount == self._rate.step:
                self._keep(client, _State(_Phase.FULL, self._rate.step - 1, now))

    def _keep(self, client: str, state: _State) -> None:
        self._states[client] = state
        self._states.move_to_end(client)
        if len(self._states) > MOST_CLIENTS:
            self._states.popitem(last=False)
