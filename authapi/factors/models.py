"""A user's second factors, as they stand in the user's own document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from authapi.accounts.models import User


@dataclass(frozen=True, slots=True)
class Totp:
    """An authenticator app (RFC 6238).

    Attributes:
        box: the sealed secret.
        last_step: the last time step whose code was used; no code up to it is accepted.
        since: when it was turned on.
    """

    box: bytes
    last_step: int
    since: datetime


@dataclass(frozen=True, slots=True)
class PendingTotp:
    """An authenticator app that is not confirmed by a code; no login takes it (S107).

    Attributes:
        box: the sealed secret.
        until: how long it can be confirmed.
    """

    box: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Factors:
    """What a user may show beside the password.

    Attributes:
        totp: the authenticator app, if it is on.
        totp_pending: one that is being turned on.
        recovery: hashes of the unused recovery codes, by their number.
        passkeys: ids of the user's passkeys.
        passkeys_required: whether a login by the password asks for one of them as well.
        passkeys_since: a passkey confirmed in an earlier epoch is not enough alone (S119).
    """

    totp: Totp | None = None
    totp_pending: PendingTotp | None = None
    recovery: Mapping[str, str] = field(default_factory=dict)
    passkeys: tuple[str, ...] = ()
    passkeys_required: bool = False
    passkeys_since: int = 0

    @classmethod
    def of(cls, user: User) -> Factors:
        """Return the factors that a user's document holds."""
        found = user.factors
        totp, pending = found.get("totp"), found.get("totp_pending")
        return cls(
            totp=Totp(**totp) if totp else None,
            totp_pending=PendingTotp(**pending) if pending else None,
            recovery=found.get("recovery", {}),
            passkeys=tuple(found.get("passkeys", ())),
            passkeys_required=found.get("passkeys_required", False),
            passkeys_since=found.get("passkeys_since", 0),
        )


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app has to know.

    Attributes:
        secret: in base32, for typing.
        uri: the same and the account's name, for scanning (`otpauth://`).
        svg: the URI as a QR code.
        expires_in: seconds in which a code of it must be shown.
    """

    secret: str
    uri: str
    svg: str
    expires_in: int
