"""Ceremonies: begun by a signed token, without a write; answered once."""

import hashlib
from datetime import UTC, datetime, timedelta

from authapi.accounts.models import User
from authapi.core.errors import ApiError
from authapi.passkeys.ceremony import CeremonyRefused
from authapi.passkeys.models import Ceremony, Use
from authapi.passkeys.store import SpentStore
from authapi.tokens.transient import TransientTokens

CEREMONY_TYPE = "wa+jwt"
_SPENT_FOR = timedelta(hours=1)
"""How long an answered ceremony is remembered after its end: more than clocks may differ."""


class Ceremonies:
    """Begins and ends ceremonies; each is good once, for five minutes (S115).

    The challenge is the digest of the token, which has a random id and is signed: so nobody can
    predict it, and it belongs to this ceremony alone.
    """

    def __init__(self, tokens: TransientTokens, spent: SpentStore) -> None:
        self._tokens = tokens
        self._spent = spent

    def begin(self, use: Use, user: User | None = None) -> Ceremony:
        """Begin a ceremony; nothing is stored.

        Args:
            use: what it is for.
            user: who may answer; None where that is not known yet.
        """
        claims = {"use": use} if user is None else {"use": use, "uid": user.id}
        return self.read(self._tokens.issue(claims), use)

    def read(self, token: str, *uses: Use) -> Ceremony:
        """Return the ceremony of a token.

        Raises:
            CeremonyRefused: when it is forged, over, or for something else.
        """
        try:
            claims = self._tokens.read(token)
        except ApiError:
            raise CeremonyRefused from None
        if claims["use"] not in uses:
            raise CeremonyRefused
        challenge = hashlib.sha256(token.encode()).digest()
        until = datetime.fromtimestamp(claims["exp"], UTC)
        return Ceremony(token, challenge, claims["jti"], until, claims.get("uid"))

    def spend(self, ceremony: Ceremony) -> bool:
        """Use a ceremony up, by one insert; False when it was answered before."""
        return self._spent.add(ceremony.id, ceremony.until + _SPENT_FOR)
