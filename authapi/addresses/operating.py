"""What the operator does with the address of a user; no password is asked for."""

from dataclasses import asdict

from authapi.accounts.emails import pending_email
from authapi.accounts.models import Change, Email, Message, PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses.confirming import Confirmation
from authapi.addresses.registry import Registry
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.retries import TRIES

_BY = "operator"


class OperatorAddresses:
    """Gives a user an address, or vouches for the one that waits."""

    def __init__(
        self,
        accounts: AccountService,
        confirmation: Confirmation,
        registry: Registry,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._confirmation = confirmation
        self._registry = registry
        self._events = events
        self._clock = clock

    def ask(self, user_id: str, email: Email) -> User:
        """Give a user an address that is to be confirmed; a code and a link are mailed there.

        The address that the user has stays until then.

        Raises:
            ApiError: `not_found` when the user is gone.
        """
        user, _ = self._wait(user_id, email, mailed=True)
        return user

    def set_confirmed(self, user_id: str, email: Email) -> User:
        """Give a user an address that the operator vouches for; the former one gets a mail.

        Raises:
            ApiError: `email_taken`, and nothing has changed; `not_found` when the user is gone.
        """
        user = self._accounts.get_user_by_id(user_id)
        if user.email == email.text:
            return user
        if not self._registry.hold(user, pending_email(email, self._clock())):
            raise ApiError(ErrorCode.EMAIL_TAKEN)
        for _ in range(TRIES):
            user, pending = self._wait(user_id, email, mailed=False)
            # Never what waits by now: the user may have asked for somebody else's address.
            if self._confirmation.confirm(user, pending, reason=_BY):
                return self._accounts.get_user_by_id(user_id)
        raise busy()

    def confirm(self, user_id: str) -> User:
        """Confirm the address that waits, as its code would.

        Raises:
            ApiError: `not_found` when none waits, or the user is gone; `email_taken`.
        """
        for _ in range(TRIES):
            user = self._accounts.get_user_by_id(user_id)
            if user.pending_email is None:
                raise ApiError(ErrorCode.NOT_FOUND, message="No address waits to be confirmed.")
            if self._confirmation.confirm(user, user.pending_email, reason=_BY):
                return self._accounts.get_user_by_id(user_id)
        raise busy()

    def _wait(self, user_id: str, email: Email, *, mailed: bool) -> tuple[User, PendingEmail]:
        """Let an address wait to be confirmed; return it, and the user as read before."""
        pending = pending_email(email, self._clock())
        tell = [Message.confirming(pending)] if mailed else []
        change = Change({"pending_email": asdict(pending)}, tell=tell)
        for _ in range(TRIES):
            user = self._accounts.get_user_by_id(user_id)
            if self._accounts.change(user, change, {}):
                self._events.record(Event.EMAIL_ASKED, user_id=user_id, reason=_BY)
                return user, pending
        raise busy()
