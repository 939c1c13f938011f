"""Transient tokens: signed state from one request to the next, such as `mfa_token`."""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.secrets import MasterSecrets
from authapi.tokens import rules
from authapi.tokens.codec import decode, encode
from authapi.tokens.keys import KeyRing, derived_key
from authapi.tokens.rules import TokenEarly, TokenExpired, TokenInvalid

LIFE = timedelta(minutes=5)
"""How long a token is good."""


class TransientTokens:
    """Makes and reads short-lived JWTs of one kind, with a key of their own (RFC 8725, 3.11).

    Args:
        kind: the header `typ`, such as `mfa+jwt`.
        keys: of this kind alone.
        issuer: the claim `iss`.
        on_refused: called for each forged token.
    """

    def __init__(
        self,
        kind: str,
        keys: KeyRing,
        issuer: str,
        clock: Clock,
        on_refused: Callable[[str], None],
    ) -> None:
        self._kind = kind
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self._on_refused = on_refused

    def issue(self, claims: Mapping[str, object]) -> str:
        """Return a token that says `claims`, and has an id (`jti`) of its own."""
        now = int(self._clock().timestamp())
        end = now + int(LIFE.total_seconds())
        standard = {"iss": self._issuer, "iat": now, "exp": end, "jti": secrets.token_urlsafe(16)}
        return encode({**claims, **standard}, self._kind, self._keys)

    def read(self, token: str) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            ApiError: `invalid_token` for one that is forged, of another kind, or over.
        """
        try:
            claims = decode(token, self._kind, self._keys)
            rules.check_transient(claims, self._issuer, self._clock())
        except TokenInvalid:
            self._on_refused(self._kind)
            raise ApiError(ErrorCode.INVALID_TOKEN) from None
        except (TokenExpired, TokenEarly):
            raise ApiError(ErrorCode.INVALID_TOKEN) from None
        return claims


class TransientTokenFactory:
    """Makes the `TransientTokens` of each kind.

    Args:
        masters: the master secret, and the one before it if there is one: it still verifies.
    """

    def __init__(
        self,
        masters: MasterSecrets,
        issuer: str,
        clock: Clock,
        on_refused: Callable[[str], None],
    ) -> None:
        self._masters = masters
        self._issuer = issuer
        self._clock = clock
        self._on_refused = on_refused

    def of_kind(self, kind: str) -> TransientTokens:
        """Return the tokens of a kind, with a key of its own."""
        keys = KeyRing([derived_key(master, kind) for master in self._masters])
        return TransientTokens(kind, keys, self._issuer, self._clock, self._on_refused)
