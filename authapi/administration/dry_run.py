"""A dry run of an import: it stores nothing, and answers as the stores would."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from authapi.accounts.models import User


class Users(Protocol):
    """Where imported users go."""

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Store users; return the positions of those whose name or id is taken."""
        ...

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which names are taken, each with its user; None for a deleted one."""
        ...

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are taken."""
        ...


class Addresses(Protocol):
    """Where addresses go that were confirmed elsewhere."""

    def taken(self, users: Sequence[User]) -> set[int]:
        """Return the positions of users who wait for an address that is somebody else's."""
        ...

    def confirm(self, users: Mapping[str, User]) -> set[str]:
        """Confirm users' pending addresses; return those that are somebody else's."""
        ...


class DryRunUsers:
    """Stores no user."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._added: dict[str, User | None] = {}
        self._ids: set[str] = set()

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Return the positions of those whose name or id would be taken."""
        taken = self.holders(user.name_key for user in users)
        taken_ids = self._ids | self.living([user.id for user in users])
        refused = set()
        for position, user in enumerate(users):
            name_taken = user.name_key in taken or user.name_key in self._added
            if name_taken or user.id in taken_ids:
                refused.add(position)
            else:
                self._added[user.name_key] = user
                self._ids.add(user.id)
                taken_ids.add(user.id)
        return refused

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are taken."""
        return self._users.living(user_ids)

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which names would be taken."""
        keys = list(name_keys)
        added = {key: self._added[key] for key in keys if key in self._added}
        return {**added, **self._users.holders(keys)}


class DryRunAddresses:
    """Stores no address."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._given: dict[str, str] = {}

    def taken(self, users: Sequence[User]) -> set[int]:
        """Return the positions of users whose address would be somebody else's."""
        given = {
            position
            for position, user in enumerate(users)
            if user.pending_email is not None
            and self._given.get(user.pending_email.email_key, user.name_key) != user.name_key
        }
        return given | self._addresses.taken(users)

    def confirm(self, users: Mapping[str, User]) -> set[str]:
        """Note whose the addresses would be; return those that would be somebody else's."""
        self._given |= {key: user.name_key for key, user in users.items()}
        return set()
