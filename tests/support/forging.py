"""Decodes and makes tokens by hand, without a JWT library, as an attacker may."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any


def unpadded(raw: bytes) -> str:
    """Return `raw` in base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    """Return the JSON object in one part of a token."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def header_of(token: str) -> dict[str, Any]:
    """Return a token's header, unverified."""
    return decoded(token.split(".")[0])


def payload_of(token: str) -> dict[str, Any]:
    """Return a token's claims, unverified."""
    return decoded(token.split(".")[1])


def forged(
    header: dict[str, Any], payload: dict[str, Any] | bytes, key: bytes, digest: str = "sha256"
) -> str:
    """Return a token of these parts, signed by HMAC with `key`."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    unsigned = f"{unpadded(json.dumps(header).encode())}.{unpadded(raw)}"
    return f"{unsigned}.{unpadded(hmac.digest(key, unsigned.encode(), digest))}"
