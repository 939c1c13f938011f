"""Adds a passkey."""

from datetime import timedelta

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import Identity
from authapi.database import best_effort
from authapi.factors.models import Factors
from authapi.passkeys import rules
from authapi.passkeys.ceremonies import Ceremonies
from authapi.passkeys.ceremony import CeremonyRefused, RelyingParty
from authapi.passkeys.models import Credential, Passkey, Registered, Use
from authapi.passkeys.store import PasskeyStore
from authapi.sessions.serializers import device
from authapi.signin.models import Reauthentication
from authapi.signin.step_up import StepUp

_LEFT_OVER_AFTER = timedelta(hours=1)
"""A younger passkey that its user does not name may be one that is just being added."""

_TOO_MANY = f"An account has at most {rules.MOST} passkeys. Remove one first."


class PasskeyEnrolment:
    """Adds passkeys: a credential is stored, then the write that names it on the user decides."""

    def __init__(
        self,
        accounts: AccountService,
        step_up: StepUp,
        passkeys: PasskeyStore,
        ceremonies: Ceremonies,
        party: RelyingParty,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._step_up = step_up
        self._passkeys = passkeys
        self._ceremonies = ceremonies
        self._party = party
        self._events = events
        self._clock = clock

    def begin(
        self, identity: Identity, shown: Reauthentication, client: Client
    ) -> dict[str, object]:
        """Begin a ceremony; return it and the options for `navigator.credentials.create`.

        Raises:
            ApiError: as `StepUp.prove_recently`; `validation_error` when there are too many.
        """
        user = self._step_up.prove_recently(identity, shown, client).user
        named = _with_room(user)
        before = self._clock() - _LEFT_OVER_AFTER
        best_effort(self._passkeys.remove_others, user.id, named, before)
        ceremony = self._ceremonies.begin(Use.ADD, user)
        existing = self._passkeys.find_passkeys(named)
        options = self._party.creation_options(user, ceremony.challenge, existing)
        return {"ceremony": ceremony.token, "options": options}

    def add(
        self, identity: Identity, token: str, made: Credential, name: str | None, client: Client
    ) -> str:
        """Add a passkey that a browser made; return its id.

        Args:
            identity: the caller.
            token: of the ceremony.
            made: the credential that the browser made.
            name: the owner's name for it; by default the browser's.
            client: who adds it.

        Raises:
            ApiError: `invalid_passkey`, the same for every reason; `validation_error` when there
                are too many by now.
        """
        proof = self._step_up.prove_by_token(identity)
        _with_room(proof.user)
        try:
            ceremony = self._ceremonies.read(token, Use.ADD)
            if ceremony.user_id != proof.user.id:
                raise CeremonyRefused
            registered = self._party.registered(made, ceremony.challenge)
            if not self._ceremonies.spend(ceremony):
                raise CeremonyRefused
        except CeremonyRefused:
            raise self._refused(proof.user) from None
        passkey = self._passkey(proof.user, registered, name or device(client.user_agent))
        if not self._passkeys.add(passkey):  # another account may have it already (S118)
            raise self._refused(proof.user)
        try:
            self._step_up.while_proven(proof, lambda user: self._name(user, passkey))
        except ApiError:
            best_effort(self._passkeys.remove, passkey.id, passkey.user_id)
            raise
        self._events.record(Event.PASSKEY_ADDED, user_id=passkey.user_id)
        return passkey.id

    def _name(self, user: User, passkey: Passkey) -> bool | None:
        """Let the user's document name a passkey, and tell the owner, by one write.

        The epoch must be that in which it was confirmed: a reset in between refuses it.
        """
        if user.epoch != passkey.confirmed_epoch:
            raise ApiError(ErrorCode.INVALID_PASSKEY)
        named = _with_room(user)
        members = {
            "factors.passkeys": [*named, passkey.id],
            "factors.changed_at": passkey.created_at,
        }
        change = Change(members, tell=[Message("passkey_added")])
        seen = {"factors.passkeys": user.factors.get("passkeys")}
        return self._accounts.change(user, change, seen) or None

    def _passkey(self, user: User, made: Registered, name: str) -> Passkey:
        return Passkey(
            id=made.id,
            user_id=user.id,
            name_key=user.name_key,
            public_key=made.public_key,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            transports=made.transports,
            backed_up=made.backed_up,
            name=name,
            created_at=self._clock(),
            confirmed_epoch=user.epoch,
        )

    def _refused(self, user: User) -> ApiError:
        self._events.record(Event.PASSKEY_REFUSED, user_id=user.id)
        return ApiError(ErrorCode.INVALID_PASSKEY)


def _with_room(user: User) -> tuple[str, ...]:
    """Return the ids of a user's passkeys; raise `validation_error` when there are too many."""
    named = Factors.of(user).passkeys
    if len(named) >= rules.MOST:
        raise ApiError(
            ErrorCode.VALIDATION_ERROR, message=_TOO_MANY, errors={"passkeys": [_TOO_MANY]}
        )
    return named
