"""The closed vocabulary of failures that a client can meet; `docs/errors.md` lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus


class ErrorCode(StrEnum):
    """A stable machine-readable name for each failure; clients branch on it."""

    BAD_REQUEST = "bad_request"
    MALFORMED_JSON = "malformed_json"
    USER_EXISTS = "user_exists"
    INVALID_REFRESH_TOKEN = "invalid_refresh_token"
    REFRESH_TOKEN_EXPIRED = "refresh_token_expired"
    INVALID_CREDENTIALS = "invalid_credentials"
    MISSING_TOKEN = "missing_token"
    INVALID_TOKEN = "invalid_token"
    TOKEN_EXPIRED = "token_expired"
    INSUFFICIENT_USER_AUTHENTICATION = "insufficient_user_authentication"
    REGISTRATION_CLOSED = "registration_closed"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    VALIDATION_ERROR = "validation_error"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    INVALID_CODE = "invalid_code"
    INVALID_PASSKEY = "invalid_passkey"
    INVALID_LINK = "invalid_link"
    EMAIL_TAKEN = "email_taken"
    EMAIL_NOT_VERIFIED = "email_not_verified"
    RATE_LIMITED = "rate_limited"
    INTERNAL_ERROR = "internal_error"
    SERVICE_UNAVAILABLE = "service_unavailable"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What is the same for every failure of one code: its HTTP status and its default message."""

    status: HTTPStatus
    message: str


CATALOGUE: Mapping[ErrorCode, ErrorKind] = {
    ErrorCode.BAD_REQUEST: ErrorKind(
        HTTPStatus.BAD_REQUEST, "The server could not understand the request."
    ),
    ErrorCode.MALFORMED_JSON: ErrorKind(
        HTTPStatus.BAD_REQUEST, "The request body is not valid JSON."
    ),
    ErrorCode.USER_EXISTS: ErrorKind(HTTPStatus.BAD_REQUEST, "User already exists."),
    ErrorCode.INVALID_REFRESH_TOKEN: ErrorKind(HTTPStatus.BAD_REQUEST, "Invalid refresh token."),
    ErrorCode.REFRESH_TOKEN_EXPIRED: ErrorKind(HTTPStatus.BAD_REQUEST, "Refresh token expired."),
    ErrorCode.INVALID_CREDENTIALS: ErrorKind(HTTPStatus.UNAUTHORIZED, "Invalid credentials."),
    ErrorCode.MISSING_TOKEN: ErrorKind(HTTPStatus.UNAUTHORIZED, "Missing Authorization header."),
    ErrorCode.INVALID_TOKEN: ErrorKind(HTTPStatus.UNAUTHORIZED, "Invalid token."),
    ErrorCode.TOKEN_EXPIRED: ErrorKind(HTTPStatus.UNAUTHORIZED, "Access token expired."),
    ErrorCode.INSUFFICIENT_USER_AUTHENTICATION: ErrorKind(
        HTTPStatus.UNAUTHORIZED,
        "This needs a recent login. Log in again, or send your password to /reauthenticate, then"
        " repeat.",
    ),
    ErrorCode.REGISTRATION_CLOSED: ErrorKind(HTTPStatus.FORBIDDEN, "Registration is closed."),
    ErrorCode.FORBIDDEN: ErrorKind(
        HTTPStatus.FORBIDDEN, "Your account has no role that may do this."
    ),
    ErrorCode.NOT_FOUND: ErrorKind(HTTPStatus.NOT_FOUND, "There is nothing at this address."),
    ErrorCode.METHOD_NOT_ALLOWED: ErrorKind(
        HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take that method."
    ),
    ErrorCode.BODY_TOO_LARGE: ErrorKind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request body is too large."
    ),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: ErrorKind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The request body must be JSON, sent with Content-Type: application/json.",
    ),
    ErrorCode.VALIDATION_ERROR: ErrorKind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are missing or not valid."
    ),
    ErrorCode.SECOND_FACTOR_REQUIRED: ErrorKind(
        HTTPStatus.UNAUTHORIZED,
        "This account has a second step. Log in with an app that asks for it.",
    ),
    ErrorCode.INVALID_PASSKEY: ErrorKind(
        HTTPStatus.BAD_REQUEST, "That passkey was not accepted. Please try again."
    ),
    ErrorCode.INVALID_CODE: ErrorKind(
        HTTPStatus.BAD_REQUEST, "That code is wrong, or its time is over."
    ),
    ErrorCode.INVALID_LINK: ErrorKind(
        HTTPStatus.BAD_REQUEST, "That link is not good, or not good any more."
    ),
    ErrorCode.EMAIL_TAKEN: ErrorKind(
        HTTPStatus.CONFLICT, "This address belongs to another account."
    ),
    ErrorCode.EMAIL_NOT_VERIFIED: ErrorKind(
        HTTPStatus.FORBIDDEN,
        "Confirm your address first: a mail with a link is on its way.",
    ),
    ErrorCode.RATE_LIMITED: ErrorKind(
        HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts. Please wait and try again."
    ),
    ErrorCode.INTERNAL_ERROR: ErrorKind(
        HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on the server."
    ),
    ErrorCode.SERVICE_UNAVAILABLE: ErrorKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is temporarily unavailable. Please try again shortly.",
    ),
}


BUSY_SECONDS = 1
"""`Retry-After` where others are in the way: they are gone in a moment."""

AWAY_SECONDS = 2
"""`Retry-After` where the database is away: as long as a request waits for it."""


class ApiError(Exception):
    """A failure that the client gets in the one error shape.

    Args:
        code: which failure it is.
        status: where it is not the one of `CATALOGUE`.
        message: for people, where the one of `CATALOGUE` can be said more exactly.
        errors: for `validation_error`, field name to list of messages.
        retry_after: seconds after which a new attempt makes sense, for 429 and 503.
        details: further members of the error body.
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        status: HTTPStatus | None = None,
        message: str | None = None,
        errors: Mapping[str, list[str]] | None = None,
        retry_after: int | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        kind = CATALOGUE[code]
        self.code = code
        self.status = status or kind.status
        self.message = message or kind.message
        super().__init__(self.message)
        self.errors = errors
        self.retry_after = retry_after
        self.details = details


def busy() -> ApiError:
    """Return the failure of a request that others were in the way of."""
    return ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=BUSY_SECONDS)


def away() -> ApiError:
    """Return the failure of a request that the database did not answer."""
    return ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=AWAY_SECONDS)
