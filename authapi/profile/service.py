"""What users do with their own account, across the rooms below it."""

from typing import Any

from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.identity import Identity
from authapi.core.services import PersonalData, Subject
from authapi.database import best_effort
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.models import Reauthentication
from authapi.signin.step_up import StepUp


class ProfileService:
    """What a logged-in user may do with the account."""

    def __init__(
        self,
        accounts: AccountService,
        hasher: PasswordHasher,
        blocklist: Blocklist,
        sessions: SessionRenewal,
        step_up: StepUp,
        personal_data: list[PersonalData],
    ) -> None:
        self._accounts = accounts
        self._hasher = hasher
        self._blocklist = blocklist
        self._sessions = sessions
        self._step_up = step_up
        self._personal_data = personal_data

    def describe(self, identity: Identity) -> dict[str, object]:
        """Return who the caller is."""
        user = self._accounts.get_user_by_id(identity.user_id)
        return {
            "username": user.username,
            "user_id": user.id,
            "created_at": user.created_at.isoformat(),
            "session_id": identity.session_id,
            **({"roles": list(user.roles.names)} if user.roles.names else {}),
            **({"email": user.email} if user.email else {}),
            **({"pending_email": user.pending_email.email} if user.pending_email else {}),
        }

    def change_password(
        self, identity: Identity, shown: Reauthentication, new: str, client: Client
    ) -> dict[str, object]:
        """Replace the password and end the caller's other sessions (ASVS 7.4.3), by one write.

        Returns:
            Fresh tokens of the caller's own session, as members of the answer; none where that
            ended meanwhile. Older access tokens of it are void; the refresh token that the client
            holds stays good.

        Raises:
            ApiError: `invalid_credentials` when the present one is wrong; `validation_error` when
                `new` is too easily guessed; `rate_limited`.
        """
        self._blocklist.refuse("new_password", new, identity.username)
        prepared = self._sessions.prepare_kept(identity)
        with self._hasher.admit(client.network):
            proof = self._step_up.confirm(identity, shown, client)
            new_hash = self._hasher.hash(new)
        user = self._step_up.while_proven(
            proof, lambda user: self._accounts.change_password(user, new_hash)
        )
        return self._sessions.keep_only(identity, user.epoch, prepared)

    def delete(self, identity: Identity, shown: Reauthentication, client: Client) -> None:
        """Remove the account, by one write, and then all that belongs to it.

        Raises:
            ApiError: `invalid_credentials` when the password is wrong; `rate_limited`.
        """
        proof = self._step_up.confirm(identity, shown, client)
        gone = self._step_up.while_proven(proof, self._accounts.delete)
        self.erase(gone)

    def erase(self, gone: Subject) -> None:
        """Remove what the rooms keep of a deleted user; what fails now is removed by the sweep."""
        for part in self._personal_data:
            best_effort(part.erase, gone)

    def export(self, identity: Identity) -> dict[str, Any]:
        """Return all that is stored about the caller; of the password, only how it is hashed."""
        user = self._accounts.get_user_by_id(identity.user_id)
        exported: dict[str, Any] = {}
        for part in self._personal_data:
            exported.update(part.export(user))
        exported["user"]["session_id"] = identity.session_id
        for session in exported["sessions"]:
            session["current"] = session["id"] == identity.session_id
        return exported
