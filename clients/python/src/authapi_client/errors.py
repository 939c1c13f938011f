"""The exceptions of the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar


class AuthapiError(Exception):
    """The base of all errors of the client; their text may be shown to users."""

    kind: ClassVar[str]
    """The name of the same error in the client for JavaScript."""

    def __reduce__(self) -> tuple[object, ...]:
        """Make the error picklable for process pools, whatever its `__init__` takes."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[AuthapiError], args: tuple[object, ...], members: dict[str, object]
) -> AuthapiError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


class Unreachable(AuthapiError):
    """No answer came. The service may have processed the request; it can be sent again."""

    kind = "offline"


class Unavailable(AuthapiError):
    """A proxy could not reach the service; `retry_after` in seconds, if the proxy sent it."""

    kind = "unavailable"

    def __init__(self, status: int, retry_after: int | None) -> None:
        super().__init__(f"The service is not available at the moment (HTTP {status}).")
        self.status = status
        self.retry_after = retry_after


class NotTheApi(AuthapiError):
    """Something other than the API answered: the address is wrong."""

    kind = "foreign"


class HtmlAnswer(NotTheApi):
    """A web page answered."""

    kind = "html"


class Redirected(NotTheApi):
    """The address redirects; passwords and tokens are not sent to another address."""

    kind = "redirected"


class StoreError(AuthapiError):
    """The store cannot be read or written, or its content is not a login."""

    kind = "storage"


class InsecureAddress(AuthapiError, ValueError):
    """Passwords and tokens would be sent over plain http to another computer."""

    kind = "insecure"


@dataclass(frozen=True)
class Refusal:
    """The API's answer to a request that it refused.

    `code` is for programs, `message` for people, `errors` has messages by field name, `retry_after`
    is in seconds, `request_id` is the request's id in the service's log.
    """

    status: int
    code: str | None = None
    message: str = ""
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    retry_after: int | None = None
    request_id: str | None = None


class Refused(AuthapiError):
    """The API refused a request."""

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
    """The password was correct, and a second factor is needed: pass this error to `second_step`.

    `factors` lists the accepted factors (`totp`, `recovery_code`, `passkey`); `mfa_token` expires
    in `expires_in` seconds. Keep it in memory only: it stands for the password.
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
    """The second step came too late, or the account changed: start again with the password."""

    kind = "second_step_over"


class LoggedOut(AuthapiError):
    """Nobody is logged in."""

    kind = "signed_out"

    def __init__(self, text: str = "Nobody is logged in.") -> None:
        super().__init__(text)


class SessionEnded(LoggedOut):
    """The service ended the session: log in again.

    `reason` is its error code: `refresh_token_expired`, or `invalid_refresh_token` if the session
    was ended elsewhere or its refresh token was used twice.
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
"""The error codes (with status 400) of a refresh that end the login; nothing else does."""


def is_final(error: AuthapiError) -> bool:
    """Whether the API has refused for good, so that repeating the request would change nothing."""
    return (
        isinstance(error, Refused) and 400 <= error.status < 500 and error.status not in (408, 429)
    )


def retry_delay(error: AuthapiError, max_retry_after: float) -> float | None:
    """Return the seconds to wait before a request is repeated; None when it is not."""
    away = isinstance(error, Unavailable) or (isinstance(error, Refused) and error.status == 503)
    if not away:
        return None
    delay: float = getattr(error, "retry_after", None) or 1
    return delay if delay <= max_retry_after else None
