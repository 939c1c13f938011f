"""Makes tokens by hand, by default with the service's own keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from authapi.core.secrets import Secret
from authapi.tokens.keys import derived_key
from tests.support.forging import forged, header_of, payload_of
from tests.support.servers import SECRET

ACCESS_KEY = derived_key(Secret(SECRET), "access token").private
REFRESH_KEY = derived_key(Secret(SECRET), "refresh token").private


class Forger:
    """Alters a real pair of tokens and signs it again."""

    def __init__(self, tokens: dict[str, Any]) -> None:
        self.tokens = tokens

    def access(self, **alterations: Any) -> str:  # noqa: ANN401 - see `_altered`
        """Return the access token, altered."""
        return _altered(self.tokens["access_token"], ACCESS_KEY, **alterations)

    def refresh(self, **alterations: Any) -> str:  # noqa: ANN401 - see `_altered`
        """Return the refresh token, altered."""
        return _altered(self.tokens["refresh_token"], REFRESH_KEY, **alterations)


def _altered(
    token: str,
    right_key: bytes,
    *,
    header: dict[str, Any] | None = None,
    payload: dict[str, Any] | None = None,
    without: Sequence[str] = (),
    key: bytes | None = None,
    digest: str = "sha256",
) -> str:
    """Sign the token again with other members in its header and payload, or `without` some."""
    new_header = _without(header_of(token) | (header or {}), without)
    new_payload = _without(payload_of(token) | (payload or {}), without)
    return forged(new_header, new_payload, right_key if key is None else key, digest)


def _without(members: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}
