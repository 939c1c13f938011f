"""Addresses that another service had confirmed, and that come with imported users."""

from collections.abc import Mapping, Sequence

from authapi.accounts.emails import confirmed
from authapi.accounts.models import PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses.registry import Registry
from authapi.core.clock import Clock
from authapi.core.errors import busy
from authapi.core.retries import TRIES

Waiting = Sequence[tuple[User, PendingEmail]]


class ImportedAddresses:
    """Confirms the addresses of imported users, since the operator vouches for them.

    A user is stored first, with the address waiting. So an import that is cut off leaves no
    half-confirmed address, and the next run goes on from there. Nobody is mailed.
    """

    def __init__(self, accounts: AccountService, registry: Registry, clock: Clock) -> None:
        self._accounts = accounts
        self._registry = registry
        self._clock = clock

    def taken(self, users: Sequence[User]) -> set[int]:
        """Return the positions of users who wait for an address that is somebody else's (S90)."""
        keys = {
            user.pending_email.email_key: (position, user.name_key)
            for position, user in enumerate(users)
            if user.pending_email is not None
        }
        wanted = {key: name_key for key, (_, name_key) in keys.items()}
        taken = self._registry.taken_by_others(wanted)
        return {keys[key][0] for key in taken}

    def confirm(self, users: Mapping[str, User]) -> set[str]:
        """Confirm an address for each stored user; running it again completes what was cut off.

        A user who has chosen another one since keeps that.

        Args:
            users: by the unique form of the address, as they were stored or read.

        Returns:
            The addresses that are somebody else's by now.
        """
        theirs = [key for key, user in users.items() if user.email is not None]
        waiting = [
            (user, user.pending_email)
            for key, user in users.items()
            if user.email is None and user.pending_email and user.pending_email.email_key == key
        ]
        left = self._registry.unsettled(theirs) | self._contested(waiting)
        return {key for key in left if not self._confirm_one(users[key], key)}

    def _contested(self, waiting: Waiting) -> set[str]:
        """Confirm all that nobody else wants by one command; return the other addresses."""
        held = self._registry.hold_new(waiting)
        free = [each for each in waiting if each[1].email_key in held]
        if not free or self._accounts.confirm_emails(free, self._clock()) < len(free):
            return {pending.email_key for _, pending in waiting}
        self._registry.settle(held.values())
        return {pending.email_key for _, pending in waiting} - held.keys()

    def _confirm_one(self, user: User, email_key: str) -> bool:
        seen: User | None = user
        for _ in range(TRIES):
            if seen is None:
                return True
            if seen.email is not None:
                self._registry.reconcile(seen.id, email_key)
                return True
            pending = seen.pending_email
            if pending is None or pending.email_key != email_key:
                return True
            if not self._registry.hold(seen, pending):
                return False
            where = {"pending_email.nonce": pending.nonce, "email": None}
            done = self._accounts.change(seen, confirmed(pending, self._clock()), where)
            self._registry.reconcile(seen.id, email_key)
            if done:
                return True
            seen = self._accounts.find_user_by_id(seen.id)
        raise busy()
