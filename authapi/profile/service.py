"""The stories of one's own account, across the rooms below it."""

from collections.abc import Callable

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.audit.serializers import describe as describe_event
from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import Identity
from authapi.profile.serializers import describe_failures
from authapi.revocation.service import Revocations
from authapi.sessions.serializers import describe_own
from authapi.sessions.service import SessionService


class ProfileService:
    """What a logged-in user may do with the account."""

    def __init__(
        self,
        accounts: AccountService,
        sessions: SessionService,
        revocations: Revocations,
        audit: AuditTrail,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._revocations = revocations
        self._audit = audit

    def describe(self, identity: Identity) -> dict[str, object]:
        """Return who the caller is."""
        user = self._accounts.find_by_id(identity.user_id)
        return {
            "username": user.username,
            "user_id": user.id,
            "created_at": user.created_at.isoformat(),
            "session_id": identity.session_id,
        }

    def change_password(self, identity: Identity, current: str, new: str, client: Client) -> None:
        """Replace the password and end the caller's other sessions (ASVS 7.4.3).

        They are ended before the change, so that a repeat mends what a failure left half done, and
        once more after it, for those that began in between.

        Raises:
            ApiError: `invalid_credentials` when `current` is wrong; `validation_error` when `new`
                is too easily guessed; `rate_limited`.
        """
        self._accounts.refuse_guessable("new_password", new, identity.username)
        with self._accounts.admit(client):
            user = self._verified(identity, current, client)
            self._sessions.end_all(user.id, keep=identity.session_id)
            self._accounts.change_password(user, new)
        self._sessions.end_all(user.id, keep=identity.session_id)

    def delete(self, identity: Identity, password: str, client: Client) -> None:
        """Remove the account and all that belongs to it.

        Raises:
            ApiError: `invalid_credentials` when `password` is wrong; `rate_limited`.
        """
        user = self._verified(identity, password, client)
        self.erase(user, lambda: self._accounts.delete(user))

    def erase(self, user: User, remove: Callable[[], object]) -> None:
        """Remove what other rooms keep of a user, and `remove` the user in between.

        Before, so that a repeat mends what a failure left half done; after, for what began
        meanwhile.
        """
        self._accounts.begin_epoch(user.id)
        self._forget(user.id)
        remove()
        self._revocations.revoke_user(user.id)
        self._forget(user.id)
        self._accounts.forget_logins(user)

    def _forget(self, user_id: str) -> None:
        self._sessions.end_all(user_id)
        self._audit.forget_user(user_id)

    def _verified(self, identity: Identity, password: str, client: Client) -> User:
        """Return the caller, whose password this is; a name alone is not enough."""
        user = self._accounts.verify(identity.username, password, client)
        if user.id != identity.user_id:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        return user

    def export(self, identity: Identity) -> dict[str, object]:
        """Return all that is stored about the caller; of the password, only how it is hashed."""
        user = self._accounts.find_by_id(identity.user_id)
        return {
            "user": {**self.describe(identity), "password_hash_method": user.hash_method},
            "sessions": [
                describe_own(session, identity.session_id)
                for session in self._sessions.of_user(user.id)
            ],
            "failed_logins": describe_failures(self._accounts.failed_logins(user)),
            "events": [describe_event(event) for event in self._audit.all_of(user.id)],
        }
