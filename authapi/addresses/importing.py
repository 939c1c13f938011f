"""Addresses that another service had confirmed, and that come with imported users."""

from __future__ import annotations

from collections.abc import Sequence

from authapi.accounts.models import Change, User
from authapi.accounts.service import TRIES, AccountService
from authapi.addresses.registry import Registry
from authapi.core.clock import Clock
from authapi.core.errors import busy


class ImportedAddresses:
    """Makes the address that an imported user waits for the user's own, on the operator's word.

    The user is stored first, with the address waiting; so an import that is cut off leaves nothing
    that counts, and the next run goes on from there. Nobody is mailed.
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
        others = self._registry.others({key: name_key for key, (_, name_key) in keys.items()})
        return {keys[key][0] for key in others}

    def confirm(self, user: User, email_key: str) -> bool:
        """Confirm an address for a stored user; running it again completes what was cut off.

        Who has chosen another one since keeps that.

        Args:
            user: as it was stored or read.
            email_key: the unique form of the address.

        Returns:
            False when it became somebody else's.
        """
        seen: User | None = user
        for _ in range(TRIES):
            if seen is None:
                return True
            if seen.email is not None:
                self._registry.put_in_order(seen.id, email_key)
                return True
            pending = seen.pending_email
            if pending is None or pending.email_key != email_key:
                return True
            if not self._registry.hold(seen, pending):
                return False
            change = Change(
                {
                    "email": pending.email,
                    "email_key": pending.email_key,
                    "email_verified_at": self._clock(),
                    "email_nonce": pending.nonce,
                },
                ("pending_email",),
            )
            where = {"pending_email.nonce": pending.nonce, "email": None}
            done = self._accounts.change(seen, change, where)
            self._registry.put_in_order(seen.id, email_key)
            if done:
                return True
            seen = self._accounts.find_user_by_id(seen.id)
        raise busy()
