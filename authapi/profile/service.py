"""The stories of one's own account, across the rooms below it."""

from authapi.accounts.service import AccountService
from authapi.audit import views as audit_views
from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.identity import Identity
from authapi.revocation.service import Revocations
from authapi.sessions.service import SessionService
from authapi.sessions.views import describe


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
        user = self._accounts.find(identity.username)
        return {
            "username": user.username,
            "user_id": user.id,
            "created_at": user.created_at.isoformat(),
            "session_id": identity.session_id,
        }

    def change_password(self, identity: Identity, current: str, new: str, client: Client) -> None:
        """Replace the password and end the caller's other sessions (ASVS 7.4.3).

        Raises:
            ApiError: `invalid_credentials` when `current` is wrong; `validation_error` when `new`
                is too easily guessed; `rate_limited`.
        """
        user = self._accounts.change_password(identity.username, current, new, client)
        self._sessions.end_all(user.id, keep=identity.session_id)

    def delete(self, identity: Identity, password: str, client: Client) -> None:
        """Remove the account and all that belongs to it.

        Raises:
            ApiError: `invalid_credentials` when `password` is wrong; `rate_limited`.
        """
        self.erase(self._accounts.delete(identity.username, password, client).id)

    def erase(self, user_id: str) -> None:
        """Remove what other rooms keep of a user whose account was removed just now."""
        self._revocations.revoke_user(user_id)
        self._sessions.end_all(user_id)
        self._audit.forget_user(user_id)

    def export(self, identity: Identity) -> dict[str, object]:
        """Return all that is stored about the caller; of the password, only how it is hashed."""
        user = self._accounts.find(identity.username)
        return {
            "user": {**self.describe(identity), "password_hash_method": user.hash_method},
            "sessions": [
                describe(session, identity.session_id)
                for session in self._sessions.of_user(user.id)
            ],
            "events": [audit_views.describe(event) for event in self._audit.all_of(user.id)],
        }
