"""Mailed links and codes: derived when a mail is sent, never stored.

A link's token is `base64url(version, purpose, user id, epoch 4, until 4, bound 6, mac 16)`. The
id takes 12 bytes, which makes 59 characters; one of another form, that an import kept, is version
2 and as long as its text. `bound` is a keyed digest of what ends it when it changes. The mac is
HMAC-SHA256 under a key of its own, so that a forgery is refused without the database (S88).
"""

import base64
import binascii
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from authapi.core import crockford
from authapi.core.fingerprints import framed
from authapi.core.secrets import Secret, derive_key

_OWN_ID, _KEPT_ID = 1, 2  # the versions: by how the user's id is written
_HEAD = struct.Struct(">Bc")
_TAIL = struct.Struct(">II6s")
_DIGITS = re.compile(r"[0-9a-f]{24}")
_MAC_BYTES = 16
_BOUND_BYTES = 6
_UNBOUND = bytes(_BOUND_BYTES)
CODE_LENGTH = 8


class Purpose(StrEnum):
    """What a link does."""

    RESET = "r"
    VERIFY = "v"
    SECURE = "s"
    UNDO = "u"
    OPERATOR_RESET = "o"


PAGES: Mapping[Purpose, str] = {
    Purpose.RESET: "reset",
    Purpose.OPERATOR_RESET: "reset",
    Purpose.VERIFY: "confirm",
    Purpose.SECURE: "secure",
    Purpose.UNDO: "undo",
}
"""The hosted page of each link."""


class InvalidLink(ValueError):
    """The token is forged, over, or for another purpose."""


class NoPage(ValueError):
    """It is not configured where a link leads."""


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What a link is derived from.

    Attributes:
        purpose: what it does.
        user_id: for whom.
        epoch: the user's; the link is void when it goes up.
        bound_to: a text that must stay the same: the unique form of the address that it goes to,
            and what its purpose adds; None for nothing.
        until: when it ends; None: when the mail that carries it is given up.
    """

    purpose: Purpose
    user_id: str
    epoch: int
    bound_to: str | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CodeClaims:
    """What a code is derived from: the account, the address, and the one request for it (S92)."""

    user_id: str
    address: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a genuine token says; the caller checks whether the epoch is still the user's."""

    purpose: Purpose
    user_id: str
    epoch: int
    until: datetime
    bound: bytes


@dataclass(frozen=True, slots=True)
class Links:
    """Where links lead: `PUBLIC_URL/account/<page>#<token>`, or an app's own page.

    The token is in the fragment, which no browser sends to a server or in a referrer (S83). The
    address comes from the configuration, never from a request (S100).

    Attributes:
        public_url: the service's own address, without a slash at its end, if it is known.
        own: pages of an app that take the place of the hosted ones.
    """

    public_url: str | None
    own: Mapping[Purpose, str]

    def to(self, purpose: Purpose, token: str) -> str:
        """Return the address of a link.

        Raises:
            NoPage: when the app has no page for it, and `PUBLIC_URL` is missing.
        """
        if (page := self.own.get(purpose)) is not None:
            return f"{page}#{token}"
        if self.public_url is None:
            raise NoPage("PUBLIC_URL is missing: it is where links lead")
        return f"{self.public_url}/account/{PAGES[purpose]}#{token}"


@dataclass(frozen=True, slots=True)
class _Keys:
    link: bytes
    address: bytes
    code: bytes


class MailedTokens:
    """Derives and verifies links' tokens and codes.

    Args:
        master: the secret that they are derived under.
        previous: earlier ones, under which they still verify.
    """

    def __init__(self, master: Secret, *previous: Secret) -> None:
        self._keys = [_keys(secret) for secret in (master, *previous)]

    def token(self, claims: LinkClaims, until: datetime) -> str:
        """Return the token of a link that ends at `until`, or where its claims say so."""
        keys = self._keys[0]
        own = _DIGITS.fullmatch(claims.user_id) is not None
        user_id = bytes.fromhex(claims.user_id) if own else claims.user_id.encode()
        ends = int((claims.until or until).timestamp())
        body = (
            _HEAD.pack(_OWN_ID if own else _KEPT_ID, claims.purpose.encode())
            + user_id
            + _TAIL.pack(claims.epoch, ends, _bound(keys, claims.bound_to))
        )
        return _base64url(body + _mac(keys, body))

    def read(self, token: str, *purposes: Purpose, now: datetime) -> Link:
        """Return what a token says, if it is genuine, not over, and for one of `purposes`.

        Raises:
            InvalidLink: for any other, without the reason.
        """
        body = self._verified(token)
        version, purpose = _HEAD.unpack_from(body)
        user_id = body[_HEAD.size : -_TAIL.size]
        epoch, until, bound = _TAIL.unpack(body[-_TAIL.size :])
        ends = datetime.fromtimestamp(until, UTC)
        if purpose.decode() not in purposes or now >= ends:
            raise InvalidLink
        named = user_id.hex() if version == _OWN_ID else user_id.decode()
        return Link(Purpose(purpose.decode()), named, epoch, ends, bound)

    def fits(self, link: Link, bound_to: str | None) -> bool:
        """Whether that is what a link was bound to."""
        found = [hmac.compare_digest(link.bound, _bound(keys, bound_to)) for keys in self._keys]
        return any(found)

    def code(self, claims: CodeClaims) -> str:
        """Return a code as it is shown: `K7QF-M2XW`, 40 bits."""
        code = _code(self._keys[0], claims)
        return f"{code[:4]}-{code[4:]}"

    def is_code(self, typed: str, claims: CodeClaims) -> bool:
        """Whether somebody typed the code of these claims, in any case, with or without marks."""
        meant = crockford.normalise(typed).encode(errors="replace")
        found = [hmac.compare_digest(meant, _code(keys, claims).encode()) for keys in self._keys]
        return any(found)

    def _verified(self, token: str) -> bytes:
        """Return the body of a genuine token; a true MAC shows that `token` made it."""
        try:
            raw = base64.b64decode(
                token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True
            )
        except (UnicodeEncodeError, binascii.Error):
            raise InvalidLink from None
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        genuine = [hmac.compare_digest(mac, _mac(keys, body)) for keys in self._keys]
        # The last character may hold bits of no byte: only one spelling is accepted.
        if not any(genuine) or _base64url(raw) != token:
            raise InvalidLink
        return body


def _keys(master: Secret) -> _Keys:
    purposes = ("mailed link", "mailed address", "mail code")
    return _Keys(*(derive_key(master, purpose) for purpose in purposes))


def _mac(keys: _Keys, body: bytes) -> bytes:
    return hmac.digest(keys.link, body, "sha256")[:_MAC_BYTES]


def _bound(keys: _Keys, text: str | None) -> bytes:
    if text is None:
        return _UNBOUND
    return hmac.digest(keys.address, text.encode(), "sha256")[:_BOUND_BYTES]


def _code(keys: _Keys, claims: CodeClaims) -> str:
    digest = hmac.digest(
        keys.code, framed((claims.user_id, claims.address, claims.nonce)), "sha256"
    )
    number = int.from_bytes(digest[:5], "big")
    return crockford.encode(number, CODE_LENGTH)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
