"""Security events: what happened to whom, and from where; no secret in it (ASVS 16.3.1)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from authapi.core.client import Client
from authapi.core.clock import Clock

_log = logging.getLogger("authapi.security")


class Event(StrEnum):
    """The vocabulary of security events; `docs/operations.md` lists it."""

    USER_REGISTERED = "user_registered"
    REGISTRATION_REFUSED = "registration_refused"
    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    REAUTHENTICATED = "reauthenticated"
    SECOND_FACTOR_ASKED = "second_factor_asked"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    FACTORS_RESET = "factors_reset"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_USED = "passkey_used"
    PASSKEY_REFUSED = "passkey_refused"
    PASSKEY_COUNTER_FELL = "passkey_counter_fell"
    PASSWORD_REHASHED = "password_rehashed"
    TOKEN_REFRESHED = "token_refreshed"
    REFRESH_REPEATED = "refresh_repeated"
    REFRESH_REFUSED = "refresh_refused"
    REFRESH_TOKEN_REPLAYED = "refresh_token_replayed"
    TOKEN_REFUSED = "token_refused"
    LOGGED_OUT = "logged_out"
    PASSWORD_CHANGED = "password_changed"
    RESET_ASKED = "reset_asked"
    PASSWORD_RESET = "password_reset"
    RESET_REFUSED = "reset_refused"
    ACCOUNT_SECURED = "account_secured"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_DELETED = "user_deleted"
    USERS_IMPORTED = "users_imported"
    ROLES_CHANGED = "roles_changed"
    EMAIL_ASKED = "email_asked"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGED = "email_changed"
    EMAIL_REMOVED = "email_removed"
    EMAIL_CHANGE_UNDONE = "email_change_undone"
    RATE_LIMITED = "rate_limited"
    MAIL_DEAD = "mail_dead"
    MAIL_SERVER_REFUSES = "mail_server_refuses"


@dataclass(frozen=True, slots=True)
class Origin:
    """What caused an event: the client, and the id of its request, if it was a request."""

    client: Client
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """Something that happened.

    Attributes:
        event: an `Event`, or one that an earlier release had.
        at: when, aware, UTC.
        origin: what caused it.
        user_id: whom it concerns, if that is known.
        session_id: which session it concerns, if it is about one.
        reason: a fixed word, never user input; None when the event says it all.
        count: how many events alike this one stands for.
        last_at: when the last of them was, if there are several.
    """

    event: str
    at: datetime
    origin: Origin
    user_id: str | None = None
    session_id: str | None = None
    reason: str | None = None
    count: int = 1
    last_at: datetime | None = None


Sink = Callable[[SecurityEvent], None]
"""Stores, logs or counts an event."""


class EventRecorder:
    """Records security events: it hands each one to all sinks in turn.

    Args:
        origin: returns what causes the events of this moment.
        sinks: where events go; `subscribe` adds more.
    """

    def __init__(self, clock: Clock, origin: Callable[[], Origin], *sinks: Sink) -> None:
        self._clock = clock
        self._origin = origin
        self._sinks = list(sinks)

    def of_origin(self, origin: Callable[[], Origin]) -> EventRecorder:
        """Return a recorder with the same sinks, for events that no request causes."""
        other = EventRecorder(self._clock, origin)
        other._sinks = self._sinks
        return other

    def origin(self) -> Origin:
        """Return what causes the events of this moment."""
        return self._origin()

    def subscribe(self, sink: Sink) -> None:
        """Hand every event to `sink` from now on."""
        self._sinks.append(sink)

    def record(
        self,
        event: Event,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Record `event`; the ids say whom it concerns, `reason` is a fixed word.

        A sink that fails is an error in the log; the request goes on.
        """
        recorded = SecurityEvent(
            event, self._clock(), self._origin(), user_id, session_id, reason or None
        )
        for sink in self._sinks:
            try:
                sink(recorded)
            except Exception:
                _log.exception("%s was not taken in", event)
