"""Readiness: the checks that must pass before the service gets requests."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from authapi.core.clock import Clock, is_recent, utc_now
from authapi.core.forks import after_fork_in_child
from authapi.core.services import Check

FRESH = timedelta(seconds=1)
"""The age up to which a report is used again."""

FRESH_ENOUGH = timedelta(seconds=4)
"""The same while another caller checks; a check of a database that is away takes two seconds."""


class Readiness:
    """Runs the checks that were given to it, by name: once a second, however many ask.

    Args:
        checks: what to run, in this order.
    """

    def __init__(self, checks: Mapping[str, Check], clock: Clock = utc_now) -> None:
        self._checks = checks
        self._clock = clock
        self._report: dict[str, str] = {}
        self._made_at: datetime | None = None
        self._renew_lock()
        after_fork_in_child(self._renew_lock)

    def _renew_lock(self) -> None:
        self._checking = threading.Lock()

    def report(self) -> dict[str, str]:
        """Return each check's name with "ok", its problem, or "not checked" after a failed one.

        One caller runs the checks; the others get the last report, if it is not too old.
        """
        if self._is_younger_than(FRESH):
            return self._report
        if not self._checking.acquire(blocking=not self._is_younger_than(FRESH_ENOUGH)):
            return self._report
        try:
            if not self._is_younger_than(FRESH):
                self._report = self._run()
                self._made_at = self._clock()
            return self._report
        finally:
            self._checking.release()

    def _is_younger_than(self, age: timedelta) -> bool:
        return is_recent(self._made_at, self._clock(), age)

    def _run(self) -> dict[str, str]:
        """Run the checks in their order, up to the first failure.

        So a database that is away is waited for once.
        """
        report = dict.fromkeys(self._checks, "not checked")
        for name, check in self._checks.items():
            report[name] = check() or "ok"
            if report[name] != "ok":
                break
        return report
