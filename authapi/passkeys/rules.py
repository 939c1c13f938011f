"""Where a passkey may be used, and whether it is enough alone: pure decisions."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from urllib.parse import urlsplit

from authapi.core import origins
from authapi.factors.models import Factors

MOST = 10
"""How many passkeys an account has at most."""

SHORTEST_ID, LONGEST_ID = 16, 1023
"""Bytes of a credential's id (WebAuthn, 4)."""
SHORTEST_ID_TEXT = 22
"""Characters of the shortest id in base64url."""

LONGEST_NAME = 64
LONGEST_KEY = 1024
"""Bytes of a public key; one of RSA with 4096 bits has half of that."""

LONGEST_HANDLE = 64
"""Bytes of what an authenticator knows a user by (WebAuthn, 5.4.3)."""

SITE = re.compile(origins.SITE)
EXTENSION = re.compile(rf"{origins.CHROME_EXTENSION}|moz-extension://[a-p]{{64}}")
_THIS_MACHINE = re.compile(r"http://localhost(:\d{1,5})?")


def user_handle(user_id: str) -> bytes:
    """Return what authenticators know a user by: the id, or of a longer one its SHA-256."""
    handle = user_id.encode()
    return handle if len(handle) <= LONGEST_HANDLE else hashlib.sha256(handle).digest()


def is_allowed(origin: str, exact: Collection[str], *, development: bool) -> bool:
    """Whether a passkey may be used at an origin (WebAuthn, 7.2).

    Args:
        origin: as the browser says it.
        exact: the origins that are allowed.
        development: whether pages of this machine and all extensions are allowed as well.
    """
    if origin in exact:
        return True
    return development and any(each.fullmatch(origin) for each in (_THIS_MACHINE, EXTENSION))


def is_within(origin: str, rp_id: str) -> bool:
    """Whether pages of an origin may use the passkeys of a domain without being listed."""
    host = urlsplit(origin).hostname or ""
    return host == rp_id or host.endswith(f".{rp_id}")


def related(exact: Collection[str]) -> list[str]:
    """Return the web sites among the allowed origins: related origins (WebAuthn, 5.11)."""
    return [origin for origin in exact if SITE.fullmatch(origin)]


def counter_fell(stored: int, sent: int) -> bool:
    """Whether a counter says that the passkey was copied (WebAuthn, 6.1.1).

    One that does not count stays 0.
    """
    return (stored > 0 or sent > 0) and sent <= stored


def may_stand_alone(confirmed_epoch: int, factors: Factors) -> bool:
    """Whether a passkey is enough without the password (S119).

    After a reset it has to be used beside the new password once: whoever added it before may not
    have been the owner. Epochs decide that, so that no clock matters.
    """
    return confirmed_epoch >= factors.passkeys_since


def without(factors: Factors, passkey_id: str) -> Factors:
    """Return the factors without one passkey; with the last one the requirement goes, too."""
    left = tuple(each for each in factors.passkeys if each != passkey_id)
    return replace(
        factors, passkeys=left, passkeys_required=factors.passkeys_required and bool(left)
    )
