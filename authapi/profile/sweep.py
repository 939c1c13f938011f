"""Removes what is left of sessions that all ended at once, and of deleted users."""

import logging
import threading
import time
from datetime import datetime, timedelta

from authapi.accounts.models import EndedUser
from authapi.accounts.service import AccountService
from authapi.core.clock import MAX_CLOCK_SKEW, Clock, is_recent
from authapi.core.forks import after_fork_in_child
from authapi.core.services import PersonalData
from authapi.database import FAILURES
from authapi.sessions.ending import SessionEnding
from authapi.sessions.renewing import SessionRenewal

EVERY = timedelta(seconds=30)
"""How often a process runs it."""

AT_ONCE = 20
"""How many users one read returns."""

SECONDS = 0.25
"""After this time a run reads no more users, and finishes those that it has read."""

_log = logging.getLogger("authapi.sweep")


class Sweep:
    """Runs after a request now and then, for a bounded time; may be cut off anywhere.

    As long as a user is marked (`ended_at`), the epoch alone voids what ended. The mark is removed
    when nothing is left, and not before the last access token has expired and every request that
    was under way is over.
    """

    def __init__(
        self,
        accounts: AccountService,
        ending: SessionEnding,
        renewal: SessionRenewal,
        personal_data: list[PersonalData],
        clock: Clock,
        token_lifetime: timedelta,
    ) -> None:
        self._accounts = accounts
        self._ending = ending
        self._renewal = renewal
        self._personal_data = personal_data
        self._clock = clock
        self._clear_after = token_lifetime + MAX_CLOCK_SKEW
        self._looked_at: datetime = clock()
        self._renew_lock()
        after_fork_in_child(self._renew_lock)

    def _renew_lock(self) -> None:
        self._looking = threading.Lock()

    def run_if_due(self) -> None:
        """Run, unless the last run was just now or another thread runs it; raise nothing."""
        now = self._clock()
        if is_recent(self._looked_at, now, EVERY) or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked_at = now
            self.run_once()
        except Exception:  # the request does not fail for it
            _log.exception("the sweep was cut off")
        finally:
            self._looking.release()

    def run_once(self) -> None:
        """Remove what is left of users whose sessions ended long enough ago."""
        moment, stop_at = self._clock() - self._clear_after, time.monotonic() + SECONDS
        cleared = AT_ONCE
        while cleared and time.monotonic() < stop_at:
            ended = self._accounts.ended_before(moment, AT_ONCE)
            cleared = sum(self._clear(user) for user in ended)

    def _clear(self, user: EndedUser) -> bool:
        """Remove what is left of a user; False when the next run has to go on."""
        try:
            return self._is_clear(user) and self._accounts.clear_ended(user)
        except FAILURES as failure:  # go on with the next user
            _log.warning("not swept: %s", type(failure).__name__)
            return False

    def _is_clear(self, user: EndedUser) -> bool:
        if user.deleted:
            for part in self._personal_data:
                part.erase(user)
            return True
        has_roles = user.roles.version > 0
        if has_roles and not self._renewal.bring_roles_up_to_date(user.id, user.roles):
            return False
        return self._ending.clear_void(user.id, user.epoch)
