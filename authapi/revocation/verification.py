"""Verifies access tokens, and checks that they were not revoked."""

from authapi.core.identity import Identity
from authapi.revocation.service import Revocations
from authapi.tokens.service import TokenService


class AccessTokenVerification:
    """Verifies access tokens for `@token_required`."""

    def __init__(self, tokens: TokenService, revocations: Revocations) -> None:
        self._tokens = tokens
        self._revocations = revocations

    def verify_token(self, token: str) -> Identity:
        """Return the identity in an access token.

        Raises:
            ApiError: `invalid_token` or `token_expired`.
        """
        identity = self._tokens.verify_access(token)
        self._revocations.check(identity)
        return identity
