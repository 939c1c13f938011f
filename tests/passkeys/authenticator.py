"""An authenticator in software, with the browser's part (WebAuthn, 6).

Every part of what it signs can be made wrong, one at a time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

Options = dict[str, Any]
Credential = dict[str, Any]
Wrong = dict[str, Any]
"""What is made wrong: `origin`, `rp_id`, `set_flags`, `signature`, …."""

ES256, EDDSA, RS256 = -7, -8, -257
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def base64url(raw: bytes) -> str:
    """Write bytes as browsers do."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read them again."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Ed25519Key:
    """A key for EdDSA."""

    def __init__(self) -> None:
        self._key = ed25519.Ed25519PrivateKey.generate()

    def cose(self) -> dict[int, object]:
        """Return the public half (RFC 9053, 7.2)."""
        return {1: 1, 3: EDDSA, -1: 6, -2: self._key.public_key().public_bytes_raw()}

    def sign(self, data: bytes) -> bytes:
        """Sign."""
        return self._key.sign(data)


class P256Key:
    """A key for ES256."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def cose(self) -> dict[int, object]:
        """Return the public half (RFC 9053, 7.1)."""
        point = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return {1: 2, 3: ES256, -1: 1, -2: x, -3: y}

    def sign(self, data: bytes) -> bytes:
        """Sign."""
        return self._key.sign(data, ec.ECDSA(SHA256()))


class RsaKey:
    """A key for RS256."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)

    def cose(self) -> dict[int, object]:
        """Return the public half (RFC 8230, 4)."""
        numbers = self._key.public_key().public_numbers()
        return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}

    def sign(self, data: bytes) -> bytes:
        """Sign."""
        return self._key.sign(data, padding.PKCS1v15(), SHA256())


Key = Ed25519Key | P256Key | RsaKey


@dataclass
class Authenticator:
    """A device with one passkey.

    Attributes:
        key: what it signs with.
        origin: the page that its browser shows.
        counts: whether it counts its signatures; what is synchronised does not.
        verifies: whether it asks its user for a PIN or a finger.
    """

    key: Key = field(default_factory=P256Key)
    origin: str = "https://accounts.example"
    counts: bool = True
    verifies: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    handle: bytes | None = None

    def create(self, options: Options, **wrong: Any) -> Credential:  # noqa: ANN401 - any part
        """Make the passkey, as `navigator.credentials.create` does."""
        self.handle = from_base64url(options["user"]["id"])
        cose = wrong.get("cose", self.key.cose())
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], attested, wrong)
        statement = {"fmt": "none", "attStmt": {}, "authData": data, **wrong.get("statement", {})}
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options, wrong),
            "attestationObject": base64url(cbor2.dumps(statement)),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response, wrong)

    def get(self, options: Options, **wrong: Any) -> Credential:  # noqa: ANN401 - any part
        """Sign in, as `navigator.credentials.get` does."""
        if self.counts:
            self.count += 1
        data = self._data(options["rpId"], b"", wrong)
        client_data = self._client_data("webauthn.get", options, wrong)
        signed = data + hashlib.sha256(from_base64url(client_data)).digest()
        signature = wrong.get("signature", self.key.sign(signed))
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": base64url(data),
            "signature": base64url(signature),
        }
        handle = wrong.get("handle", self.handle)
        if handle is not None:
            response["userHandle"] = base64url(handle)
        return self._credential(response, wrong)

    def _data(self, rp_id: str, attested: bytes, wrong: Wrong) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | (ATTESTED if attested else 0)
        if not self.counts:
            flags |= ELIGIBLE | BACKED_UP
        flags = (flags | wrong.get("set_flags", 0)) & ~wrong.get("clear_flags", 0)
        rp_hash = hashlib.sha256(wrong.get("rp_id", rp_id).encode()).digest()
        count = wrong.get("count", self.count)
        fixed = rp_hash + bytes([flags]) + int(count).to_bytes(4, "big")
        return fixed + attested + bytes(wrong.get("extensions", b""))

    def _client_data(self, kind: str, options: Options, wrong: Wrong) -> str:
        told = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return base64url(json.dumps(told).encode())

    def _credential(self, response: dict[str, Any], wrong: Wrong) -> Credential:
        name = base64url(wrong.get("id", self.id))
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
