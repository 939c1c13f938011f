"""The labels of events and requests: a fixed few words, never what a client sent (S76)."""

from authapi.core.events import Event

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
UNMATCHED = "unmatched"
LOGINS = {Event.LOGIN_SUCCEEDED: "succeeded", Event.LOGIN_FAILED: "failed"}
REFRESHES = {
    Event.TOKEN_REFRESHED: "refreshed",
    Event.REFRESH_REPEATED: "repeated",
    Event.REFRESH_TOKEN_REPLAYED: "replayed",
    Event.REFRESH_REFUSED: "refused",
}
RESETS = {
    Event.RESET_ASKED: "asked",
    Event.PASSWORD_RESET: "reset",
    Event.RESET_REFUSED: "refused",
    Event.ACCOUNT_SECURED: "secured",
}
PASSKEYS = {
    Event.PASSKEY_ADDED: "added",
    Event.PASSKEY_REMOVED: "removed",
    Event.PASSKEY_USED: "used",
    Event.PASSKEY_REFUSED: "refused",
    Event.PASSKEY_COUNTER_FELL: "counter_fell",
}
TOKENS = ("access_token", "refresh_token", "mfa+jwt", "wa+jwt")
REGISTRATIONS = {Event.USER_REGISTERED: "registered", Event.REGISTRATION_REFUSED: "refused"}


def method_label(method: str) -> str:
    """Return a standard HTTP method as it is, and `other` for any other."""
    return method if method in METHODS else OTHER


def endpoint_label(endpoint: str | None) -> str:
    """Return the endpoint's name, or `unmatched` where no route matched."""
    return endpoint or UNMATCHED
