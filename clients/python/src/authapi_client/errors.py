"""What goes wrong, each by its own exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar


class AuthapiError(Exception):
    """There is no good answer; its subclasses say why, and the text is fit to be shown."""

    kind: ClassVar[str]
    """The same word for the same problem as in the client for JavaScript."""

    def __reduce__(self) -> tuple[object, ...]:
        """Let pools of processes hand it on, whatever its `__init__` takes."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[AuthapiError], args: tuple[object, ...], members: dict[str, object]
) -> AuthapiError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


class Unreachable(AuthapiError):
    """No answer came. The request may have been worked on; it is safe to make it again."""

    kind = "offline"


class Unavailable(AuthapiError):
    """A proxy says that the service behind it is away; `retry_after` in seconds, if it says so."""

    kind = "unavailable"

    def __init__(self, status: int, retry_after: int | None) -> None:
        super().__init__(f"The service is not there at the moment (HTTP {status}).")
        self.status = status
        self.retry_after = retry_after


class NotTheApi(AuthapiError):
    """Something else answered: the address is not the API's."""

    kind = "foreign"


class HtmlAnswer(NotTheApi):
    """A web page answered."""

    kind = "html"


class Redirected(NotTheApi):
    """The address redirects; what holds a password or a token does not follow."""

    kind = "redirected"


class StoreError(AuthapiError):
    """The store cannot be read or written, or holds something else."""

    kind = "storage"


class InsecureAddress(AuthapiError, ValueError):
    """Passwords and tokens would go over plain http to another computer."""

    kind = "insecure"


@dataclass(frozen=True)
class Refusal:
    """What the API said when it refused.

    `code` is for programs, `message` for people, `errors` has texts by field name, `retry_after` is
    in seconds, `request_id` finds the request in the service's log.
    """

    status: int
    code: str | None = None
    message: str = ""
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    retry_after: int | None = None
    request_id: str | None = None


class Refused(AuthapiError):
    """The API said no."""

    kind = "refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message or f"The API answered with {refusal.status}.")
        self.refusal = refusal
        self.status = refusal.status
        self.code = refusal.code
        self.errors = refusal.errors
        self.retry_after = refusal.retry_after
        self.request_id = refusal.request_id


class SecondFactorRequired(Refused):
    """The password was right, and a code is to come: `second_step` takes this and the code.

    `factors` says what may be shown (`totp`, `recovery_code`, `passkey`), `expires_in` for how many
    seconds. Keep it in memory: `mfa_token` is half a login.
    """

    def __init__(
        self, refusal: Refusal, mfa_token: str, factors: Sequence[str], expires_in: float
    ) -> None:
        super().__init__(refusal)
        self.mfa_token = mfa_token
        self.factors = tuple(factors)
        self.expires_in = expires_in
        self.username = ""


class SecondStepOver(Refused):
    """The second step came too late, or the account changed: begin with the password."""

    kind = "second_step_over"


class LoggedOut(AuthapiError):
    """Nobody is logged in."""

    kind = "signed_out"

    def __init__(self, text: str = "Nobody is logged in.") -> None:
        super().__init__(text)


class SessionEnded(LoggedOut):
    """The service ended the session: log in again.

    `reason` is its code: `refresh_token_expired`, or `invalid_refresh_token` where the session was
    ended elsewhere, or its refresh token was used by somebody else as well.
    """

    kind = "session_ended"
    _TEXTS: ClassVar = {
        "refresh_token_expired": "The login has expired. Please log in again.",
        "invalid_refresh_token": "The session was ended, or its tokens were used elsewhere. "
        "Please log in again.",
    }

    def __init__(self, reason: str) -> None:
        super().__init__(self._TEXTS.get(reason, f"The service ended the session: {reason}."))
        self.reason = reason


ENDING_CODES = frozenset(SessionEnded._TEXTS)
"""The codes of a 400 to a refresh after which a login is over; nothing else ends one."""


def is_final(error: AuthapiError) -> bool:
    """Whether the API has decided, so that the same request again would change nothing."""
    return (
        isinstance(error, Refused) and 400 <= error.status < 500 and error.status not in (408, 429)
    )


def retry_delay(error: AuthapiError, max_retry_after: float) -> float | None:
    """Return the seconds to wait before a request is sent once more; None when it should not be."""
    away = isinstance(error, Unavailable) or (isinstance(error, Refused) and error.status == 503)
    if not away:
        return None
    delay: float = getattr(error, "retry_after", None) or 1
    return delay if delay <= max_retry_after else None
