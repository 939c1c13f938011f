"""Answers what a token says (RFC 7662)."""

import hmac
from typing import Any

from authapi.core.errors import ApiError, ErrorCode
from authapi.introspection.rules import (
    base_of,
    introspected,
    metadata,
    served_at,
    shown_credentials,
)
from authapi.introspection.settings import IntrospectionSettings
from authapi.revocation.verification import AccessTokenVerification
from authapi.tokens.service import TokenService


class Introspection:
    """Tells other services what an access token says, and where keys and endpoints are."""

    def __init__(
        self,
        verification: AccessTokenVerification,
        tokens: TokenService,
        settings: IntrospectionSettings,
        prefix: str,
    ) -> None:
        self._verification = verification
        self._tokens = tokens
        self._prefix = prefix
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        secret = settings.introspection_secret
        self._secret = secret.reveal().encode() if secret is not None else None

    def admit(self, header: str) -> None:
        """Check the credential in a service's `Authorization` header.

        Raises:
            ApiError: `not_found` where no secret is set; `missing_token` or `invalid_token`.
        """
        if self._secret is None:
            raise ApiError(ErrorCode.NOT_FOUND)
        shown = [text.encode(errors="replace") for text in shown_credentials(header)]
        if not shown:
            raise ApiError(ErrorCode.MISSING_TOKEN)
        if not any(hmac.compare_digest(one, self._secret) for one in shown):
            raise ApiError(ErrorCode.INVALID_TOKEN)

    def introspect(self, token: str) -> dict[str, Any]:
        """Return what a token says, or only that it is not active; never why not.

        Raises:
            ApiError: `service_unavailable` when that cannot be found out.
        """
        try:
            identity = self._verification.verify_token(token)
        except ApiError as refusal:
            if refusal.code is ErrorCode.SERVICE_UNAVAILABLE:
                raise
            return {"active": False}
        return introspected(identity, self._issuer, self._audience)

    def metadata(self) -> dict[str, object]:
        """Return the service's metadata (RFC 8414).

        Raises:
            ApiError: `not_found` where `JWT_ISSUER` is no address that it could be asked at.
        """
        base = base_of(self._issuer)
        if base is None:
            raise ApiError(ErrorCode.NOT_FOUND, message="JWT_ISSUER is not an https address.")
        algorithms = sorted({key["alg"] for key in self._tokens.public_jwks()})
        where = served_at(base, self._prefix)
        return metadata(self._issuer, where, algorithms, introspects=self._secret is not None)
