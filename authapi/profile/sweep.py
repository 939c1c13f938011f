"""Clears away what is left of sessions that ended at once, and of deleted users."""

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
"""How often a process looks."""

AT_ONCE = 20
"""How many users are read at once."""

SECONDS = 0.25
"""How long one look takes at the most, but for the users that it has read."""

_log = logging.getLogger("authapi.sweep")


class Sweep:
    """Runs after a request now and then. Bounded, and safe to be cut off anywhere.

    What ended is void by the user's epoch alone, as long as the user is marked (`ended_at`). The
    mark goes when nothing is left, and not before the last access token has expired and every
    request that was under way is over.
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
        """Run if the last run was long ago and nobody else is at it; never fail."""
        now = self._clock()
        if is_recent(self._looked_at, now, EVERY) or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked_at = now
            self.run_once()
        except Exception:  # no request fails for it
            _log.exception("the sweep was cut off")
        finally:
            self._looking.release()

    def run_once(self) -> None:
        """Clear away after the users whose sessions ended long enough ago, for a moment."""
        moment, stop_at = self._clock() - self._clear_after, time.monotonic() + SECONDS
        cleared = AT_ONCE
        while cleared and time.monotonic() < stop_at:
            ended = self._accounts.ended_before(moment, AT_ONCE)
            cleared = sum(self._clear(user) for user in ended)

    def _clear(self, user: EndedUser) -> bool:
        """Clear away after a user; False when something is left for the next look."""
        try:
            return self._is_clear(user) and self._accounts.clear_ended(user)
        except FAILURES as failure:  # the next user's may work
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
