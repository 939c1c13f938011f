"""Passkeys, and what is shown of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from authapi.accounts.models import User


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey (a discoverable credential; WebAuthn, 4), valid while its user names it.

    Attributes:
        id: the credential's id, in base64url.
        user_id: whose it is.
        name_key: the unique form of that user's name.
        public_key: verifies what it signs (COSE, RFC 9052, 7).
        sign_count: the highest signature counter that was seen; 0 for one that does not count.
        aaguid: the model of its authenticator, if that is known.
        transports: how it can be reached, such as `internal` or `usb`.
        backed_up: whether its owner has it on more than one device.
        name: what its owner calls it.
        created_at: when it was added.
        confirmed_epoch: the user's epoch when it was added, or last used beside the password.
        used_at: when it was used last.
    """

    id: str
    user_id: str
    name_key: str
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    backed_up: bool
    name: str
    created_at: datetime
    confirmed_epoch: int
    used_at: datetime | None = None


class Use(StrEnum):
    """What a ceremony is for."""

    ADD = "add"
    """A logged-in user adds a passkey."""
    LOG_IN = "login"
    """Somebody logs in; it is not known yet who."""
    KNOWN = "known"
    """A user who is known already uses a passkey: as a second step, or a step-up."""


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A ceremony (WebAuthn, 1.3): a challenge, and what it is answered for.

    Attributes:
        token: the client sends it back with the answer.
        challenge: 32 unpredictable bytes, of this ceremony alone.
        id: unique.
        until: when it ends.
        user_id: who may answer; None where that is not known yet.
    """

    token: str
    challenge: bytes
    id: str
    until: datetime
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A new credential whose registration was checked.

    Attributes:
        id: in base64url.
        public_key: in COSE.
        sign_count: its counter at the start.
        aaguid: the model of its authenticator.
        transports: how it can be reached.
        backed_up: whether its owner has it on more than one device.
    """

    id: str
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion whose signature and data were checked.

    Attributes:
        sign_count: the authenticator's counter.
        backed_up: whether its owner has it on more than one device.
        user_handle: the id of its user, if the authenticator sent it.
    """

    sign_count: int
    backed_up: bool
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey whose assertion is right; `PasskeyProof.use` uses the ceremony up."""

    passkey: Passkey
    user: User
    assertion: Assertion
    ceremony: Ceremony


Credential = Mapping[str, Any]
"""A `PublicKeyCredential` as its `toJSON()` writes it (WebAuthn, 5.1)."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The exact origins at which passkeys may be used."""

    exact: tuple[str, ...]
