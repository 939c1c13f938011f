"""Shows a user the second factors of the account, and makes new recovery codes."""

from collections.abc import Callable
from typing import Any

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import Identity
from authapi.core.services import Subject
from authapi.factors.recovery_codes import RecoveryCodes
from authapi.factors.serializers import describe
from authapi.signin.models import Reauthentication
from authapi.signin.step_up import StepUp


class FactorService:
    """Describes the factors, and makes new recovery codes."""

    collections = ()

    def __init__(
        self,
        accounts: AccountService,
        step_up: StepUp,
        recovery_codes: RecoveryCodes,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._step_up = step_up
        self._recovery_codes = recovery_codes
        self._events = events
        self._clock = clock
        self._passkeys: Callable[[User], list[dict[str, object]]] = lambda user: []

    def tell_passkeys(self, describe: Callable[[User], list[dict[str, object]]]) -> None:
        """Let `describe` say which passkeys a user has."""
        self._passkeys = describe

    def renew_codes(self, identity: Identity, shown: Reauthentication, client: Client) -> list[str]:
        """Make new recovery codes; the earlier ones are void.

        Raises:
            ApiError: as `StepUp.prove_recently`; `not_found` without a second factor.
        """
        proof = self._step_up.prove_recently(identity, shown, client)
        made, hashes = self._recovery_codes.make(client)

        def store(user: User) -> bool | None:
            if not user.second_factor:
                raise ApiError(ErrorCode.NOT_FOUND, message="The account has no second step.")
            members = {"factors.recovery": hashes, "factors.changed_at": self._clock()}
            change = Change(members, tell=[Message("codes_made")])
            return self._accounts.change(user, change, {})

        self._step_up.while_proven(proof, lambda user: store(user) or None)
        self._events.record(Event.RECOVERY_CODES_MADE, user_id=identity.user_id)
        return made

    def describe(self, identity: Identity) -> dict[str, Any]:
        """Return which factors the caller has, since when, and how many codes are left."""
        user = self._accounts.get_user_by_id(identity.user_id)
        return {**describe(user), "passkeys": self._passkeys(user)}

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return the same without passkeys, for an export; no secret, no hash."""
        return {"factors": describe(self._accounts.get_user_by_id(subject.id))}

    def erase(self, subject: Subject) -> None:
        """Do nothing: the factors are in the user's own document."""
