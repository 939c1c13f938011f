"""Gives a session fresh tokens after a change of its user."""

from dataclasses import replace

from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import Identity
from authapi.core.roles import Roles
from authapi.database import best_effort
from authapi.revocation.service import Revocations
from authapi.sessions.ending import SessionEnding, until_none_is_left
from authapi.sessions.models import Session
from authapi.sessions.store import SessionStore
from authapi.tokens.models import AccessToken, FreshProof, Prepared, RefreshClaims, TokenPair
from authapi.tokens.service import TokenService


class SessionRenewal:
    """Gives the caller's session new tokens, in a new epoch or after a new proof.

    Code of an app adds claims, and may fail. So `prepare_kept` and `prepare_proven` run it before
    anything is written or used up.
    """

    def __init__(
        self,
        sessions: SessionStore,
        ending: SessionEnding,
        tokens: TokenService,
        revocations: Revocations,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._ending = ending
        self._tokens = tokens
        self._revocations = revocations
        self._clock = clock

    def prepare_kept(self, identity: Identity, proof: FreshProof | None = None) -> Prepared:
        """Prepare the access token of `keep_only`, before the write that begins the new epoch.

        Args:
            identity: the caller.
            proof: as for `keep_only`.
        """
        session = self._session_if_asked(identity)
        if session is None:
            return {}
        if proof is not None:
            session = replace(session, methods=proof.methods, assurance=proof.assurance)
        session = replace(session, epoch=session.epoch + 1)
        return self._tokens.prepare_access(self._claims(session, identity))

    def keep_only(
        self, identity: Identity, epoch: int, prepared: Prepared, proof: FreshProof | None = None
    ) -> dict[str, object]:
        """Move the caller's session to the user's new epoch; remove the others, which are void.

        Failures of the database are not raised: the sweep does later what fails here.

        Args:
            identity: the caller.
            epoch: the new one.
            prepared: what `prepare_kept` returned.
            proof: the caller's new proof, where it is stronger than that of the login.

        Returns:
            Fresh tokens of the session, as members of the answer; none where it ended meanwhile.
            The client's refresh token stays good: it has the same generation.
        """
        pair = best_effort(self._renew, identity, epoch, prepared, proof)
        best_effort(self._ending.clear_void, identity.user_id, epoch)
        return pair.as_members() if pair is not None else {}

    def prepare_proven(self, identity: Identity, proof: FreshProof) -> Prepared:
        """Prepare the access token of `access_after`, before the proof is used up."""
        session = self._session_if_asked(identity)
        if session is None:
            return {}
        return self._tokens.prepare_access(self._claims(session, identity), proof)

    def access_after(
        self, identity: Identity, epoch: int, proof: FreshProof, prepared: Prepared | None
    ) -> AccessToken:
        """Return an access token of the caller's session with the time of a new proof.

        Nothing is stored, and the refresh token keeps the time of the login: so the next refresh
        ends the elevation (S120).

        Args:
            identity: the caller.
            epoch: the user's, when the proof was checked.
            proof: the new proof.
            prepared: what `prepare_proven` returned, where the proof is good only once.

        Raises:
            ApiError: `invalid_token` when the session has ended meanwhile.
        """
        session = self._sessions.find_session(identity.session_id)
        if session is None or session.epoch < epoch or session.expires_at <= self._clock():
            raise ApiError(ErrorCode.INVALID_TOKEN)
        claims = self._claims(session, identity)
        return self._tokens.issue_access(claims, proof=proof, prepared=prepared)

    def bring_roles_up_to_date(self, user_id: str, roles: Roles) -> bool:
        """Write these roles to each session of a user, unless it has later ones.

        Returns:
            As `until_none_is_left`.
        """
        return until_none_is_left(lambda limit: self._sessions.give_roles(user_id, roles, limit))

    def _session_if_asked(self, identity: Identity) -> Session | None:
        """Return the caller's session, if code of an app adds claims."""
        return self._sessions.find_session(identity.session_id) if self._tokens.hooks else None

    def _renew(
        self, identity: Identity, epoch: int, prepared: Prepared, proof: FreshProof | None
    ) -> TokenPair | None:
        self._sessions.move_to_epoch(identity.session_id, epoch, proof)
        session = self._sessions.find_session(identity.session_id)
        if session is None or session.epoch != epoch:
            return None
        return self._tokens.issue_pair(self._claims(session, identity), prepared)

    def _claims(self, session: Session, identity: Identity) -> RefreshClaims:
        roles = self._revocations.floor(identity.user_id).roles
        return session.claims(identity.username, roles)
