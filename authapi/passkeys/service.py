"""Lists and renames the passkeys of an account."""

from typing import Any

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import Identity
from authapi.core.services import Subject
from authapi.factors.models import Factors
from authapi.passkeys.models import Passkey
from authapi.passkeys.serializers import describe, describe_fully
from authapi.passkeys.store import PasskeyStore


class PasskeyService:
    """Lists and renames passkeys, even where they are not accepted any more."""

    collections = ("passkeys",)

    def __init__(self, accounts: AccountService, passkeys: PasskeyStore) -> None:
        self._accounts = accounts
        self._passkeys = passkeys

    def describe(self, user: User) -> list[dict[str, object]]:
        """Return a user's passkeys, the oldest first."""
        return [describe(passkey) for passkey in self._of(user)]

    def rename(self, identity: Identity, passkey_id: str, name: str) -> None:
        """Rename one of the caller's passkeys.

        Raises:
            ApiError: `not_found` when the caller has no such passkey.
        """
        user = self._accounts.get_user_by_id(identity.user_id)
        is_named = passkey_id in Factors.of(user).passkeys
        if not is_named or not self._passkeys.rename(passkey_id, user.id, name):
            raise ApiError(ErrorCode.NOT_FOUND)

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return all that is stored about the user's passkeys, except the keys."""
        user = self._accounts.get_user_by_id(subject.id)
        return {"passkeys": [describe_fully(passkey) for passkey in self._of(user)]}

    def erase(self, subject: Subject) -> None:
        """Remove the user's passkeys."""
        self._passkeys.forget_user(subject.id)

    def _of(self, user: User) -> list[Passkey]:
        """Return the passkeys that a user's own document names."""
        named = Factors.of(user).passkeys
        if not named:
            return []
        found = [each for each in self._passkeys.find_passkeys(named) if each.user_id == user.id]
        return sorted(found, key=lambda passkey: passkey.created_at)
