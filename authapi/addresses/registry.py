"""Whose address is whose: unique, whatever happens at the same moment or in between (S90, S96)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from authapi.accounts.emails import read_email
from authapi.accounts.models import PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses.models import Entry
from authapi.addresses.rules import LINK_LIFE
from authapi.addresses.store import RegistryStore
from authapi.core.clock import Clock
from authapi.core.errors import busy
from authapi.core.retries import TRIES


class Registry:
    """Holds an address for a confirmation; the write on the user's own document decides.

    An entry counts only if its user's document says the same. When a process dies in between, what
    it held expires, or is reconciled before the user is told.
    """

    def __init__(self, store: RegistryStore, accounts: AccountService, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    def hold(self, user: User, pending: PendingEmail) -> bool:
        """Hold an address for a user; False when it is somebody else's, or held for them.

        Raises:
            ApiError: `service_unavailable` when concurrent writes won every try.
        """
        for _ in range(TRIES):
            now = self._clock()
            until = now + LINK_LIFE
            entry = Entry(pending.email_key, user.id, user.name_key, pending.nonce, until)
            if self._store.add(entry):
                return True
            seen = self._store.find_entry(entry.key)
            if seen is None:
                continue
            if seen.user_id != user.id and self._is_in_use(seen, now):
                return False
            if seen.held_until is None and user.email_key == seen.key:
                return True  # confirmed already: a crash must not leave it with an expiry
            if self._store.replace(seen, entry):
                return True
        raise busy()

    def taken_by_others(self, names: Mapping[str, str]) -> set[str]:
        """Return which addresses are somebody else's, or held for them.

        Args:
            names: the `name_key` of who wants it, by the unique form of each address.
        """
        now = self._clock()
        return {
            entry.key
            for entry in self._store.find_entries(names)
            if entry.name_key != names[entry.key] and self._is_in_use(entry, now)
        }

    def hold_new(self, wanted: Sequence[tuple[User, PendingEmail]]) -> dict[str, Entry]:
        """Hold different addresses; return the entries of those that were free."""
        until = self._clock() + LINK_LIFE
        entries = [Entry(p.email_key, u.id, u.name_key, p.nonce, until) for u, p in wanted]
        taken = self._store.add_many(entries) if entries else set()
        return {entry.key: entry for place, entry in enumerate(entries) if place not in taken}

    def settle(self, held: Iterable[Entry]) -> None:
        """Keep for good what was held, now that the users' documents say the same."""
        self._store.keep_many(held)

    def unsettled(self, keys: Collection[str]) -> set[str]:
        """Return which of these addresses are held for a confirmation that has not ended."""
        found = self._store.find_entries(keys) if keys else []
        return {entry.key for entry in found if entry.held_until is not None}

    def reconcile(self, user_id: str, key: str) -> None:
        """Keep, add or remove a user's entry of that address, as the user's document says.

        Running it again does no harm. An entry is left alone while its confirmation may go on.
        """
        entry = self._store.find_entry(key)
        if entry is not None and entry.user_id != user_id:
            return
        user = self._accounts.find_user_by_id(user_id)
        if user is not None and user.email_key == key:
            if entry is not None:
                self._store.keep(entry)
            else:  # it expired before it was settled
                self._store.add(Entry(key, user_id, user.name_key, user.email_nonce or key))
        elif entry is None:
            return
        elif user is None or user.pending_email is None or user.pending_email.nonce != entry.claim:
            self._store.remove(entry)

    def owner(self, email: str) -> User | None:
        """Return the user whose confirmed address it is, or None; two reads in both cases."""
        try:
            key = read_email(email, reserved=True).key
        except ValueError:
            key = ""
        return self.owner_of_key(key)

    def owner_of_key(self, key: str) -> User | None:
        """Return the user whose confirmed address has that unique form, or None."""
        entry = self._store.find_entry(key)
        user = self._accounts.find_user_by_id(entry.user_id if entry is not None else "")
        return user if user is not None and user.email_key == key else None

    def addresses_of_user(self, user_id: str) -> list[str]:
        """Return the addresses that are kept for a user."""
        return [entry.key for entry in self._store.entries_of_user(user_id)]

    def forget_user(self, user_id: str) -> None:
        """Remove what is kept for a user."""
        self._store.forget_user(user_id)

    def _is_in_use(self, seen: Entry, now: datetime) -> bool:
        if seen.held_until is not None and now < seen.held_until:
            return True
        owner = self._accounts.find_user_by_id(seen.user_id)
        return owner is not None and owner.email_key == seen.key
