"""Who holds an access token that is valid and was not revoked."""

from authapi.core.identity import Identity
from authapi.revocation.service import Revocations
from authapi.tokens.service import TokenService


class AccessTokenVerification:
    """What `@token_required` asks."""

    def __init__(self, tokens: TokenService, revocations: Revocations) -> None:
        self._tokens = tokens
        self._revocations = revocations

    def verify_token(self, token: str) -> Identity:
        """Return who holds an access token.

        Raises:
            ApiError: `invalid_token` or `token_expired`.
        """
        identity = self._tokens.verify_access(token)
        self._revocations.check(identity)
        return identity
