"""WebAuthn, by the library `webauthn`, which only this file imports.

That is done when a passkey is first used: it takes a second on a small machine.
"""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from authapi.accounts.models import User
from authapi.passkeys.cbor import check_authenticator_data, end_of_item
from authapi.passkeys.models import Assertion, Credential, Passkey, Registered
from authapi.passkeys.rules import LONGEST_ID, LONGEST_KEY, SHORTEST_ID, user_handle

TIMEOUT_MS = 300_000
"""Milliseconds for which a browser asks its user: as long as a ceremony is good."""


class CeremonyRefused(Exception):
    """The answer does not fit the ceremony; clients are not told why (S114)."""


def is_installed() -> bool:
    """Whether the library is there; it is not imported."""
    return importlib.util.find_spec("webauthn") is not None


class RelyingParty:
    """Makes the options for browsers, and checks their answers (WebAuthn, 7).

    Args:
        rp_id: the domain that passkeys belong to.
        is_allowed: says whether an origin may use them.
    """

    def __init__(self, rp_id: str, name: str, is_allowed: Callable[[str], bool]) -> None:
        self._rp_id = rp_id
        self._name = name
        self._is_allowed = is_allowed

    def creation_options(
        self, user: User, challenge: bytes, existing: Sequence[Passkey]
    ) -> dict[str, Any]:
        """Return options for `PublicKeyCredential.parseCreationOptionsFromJSON`.

        Args:
            user: who adds a passkey.
            challenge: of the ceremony.
            existing: the user's other passkeys; their authenticators make no second one.
        """
        import webauthn
        from webauthn.helpers import options_to_json_dict, structs

        selection = structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=self._name,
            user_name=user.username,
            user_id=user_handle(user.id),
            challenge=challenge,
            timeout=TIMEOUT_MS,
            authenticator_selection=selection,
            exclude_credentials=[_descriptor(passkey) for passkey in existing],
        )
        return options_to_json_dict(options)

    def request_options(
        self, challenge: bytes, allowed: Sequence[Passkey], verification: str
    ) -> dict[str, Any]:
        """Return options for `PublicKeyCredential.parseRequestOptionsFromJSON`.

        Args:
            challenge: of the ceremony.
            allowed: the passkeys of the user, where that is known; else none (S117).
            verification: `required`, `preferred` or `discouraged`.
        """
        import webauthn
        from webauthn.helpers import options_to_json_dict, structs

        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=[_descriptor(passkey) for passkey in allowed],
            user_verification=structs.UserVerificationRequirement(verification),
        )
        return options_to_json_dict(options)

    def registered(self, credential: Credential, challenge: bytes) -> Registered:
        """Check a new credential (WebAuthn, 7.1); its user was verified.

        Raises:
            CeremonyRefused: whatever is wrong.
        """
        import webauthn
        from webauthn import helpers

        try:
            _check_cbor(credential, "attestationObject")
            found = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin_of(credential),
                require_user_verification=True,
            )
            key = found.credential_public_key
            if not SHORTEST_ID <= len(found.credential_id) <= LONGEST_ID or len(key) > LONGEST_KEY:
                raise CeremonyRefused
            helpers.decoded_public_key_to_cryptography(helpers.decode_credential_public_key(key))
            read = helpers.parse_registration_credential_json(dict(credential))
        except Exception as error:  # whatever a stranger's bytes make the library raise
            raise CeremonyRefused from error
        identity = helpers.bytes_to_base64url(found.credential_id)
        if identity != credential["id"]:
            raise CeremonyRefused
        transports = tuple(each.value for each in read.response.transports or ())
        return Registered(
            identity,
            key,
            found.sign_count,
            found.aaguid,
            tuple(dict.fromkeys(transports)),
            found.credential_backed_up,
        )

    def asserted(
        self, credential: Credential, challenge: bytes, public_key: bytes, *, verified: bool
    ) -> Assertion:
        """Check an assertion (WebAuthn, 7.2), except its counter.

        Args:
            credential: what the passkey answered.
            challenge: of the ceremony.
            public_key: the passkey's.
            verified: whether user verification is required: without it the passkey is one factor.

        Raises:
            CeremonyRefused: whatever is wrong.
        """
        import webauthn
        from webauthn import helpers

        try:
            _check_cbor(credential, "authenticatorData")
            found = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin_of(credential),
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=verified,
            )
            read = helpers.parse_authentication_credential_json(dict(credential))
        except Exception as error:  # whatever a stranger's bytes make the library raise
            raise CeremonyRefused from error
        return Assertion(
            found.new_sign_count, found.credential_backed_up, read.response.user_handle
        )

    def _origin_of(self, credential: Credential) -> str:
        """Return the origin in the client data, if it is allowed and not in a frame."""
        from webauthn import helpers

        raw = helpers.base64url_to_bytes(credential["response"]["clientDataJSON"])
        data = helpers.parse_client_data_json(raw)
        if data.cross_origin or not self._is_allowed(data.origin):
            raise CeremonyRefused
        return data.origin


def _check_cbor(credential: Credential, member: str) -> None:
    """Check the authenticator data, before the library decodes it."""
    from webauthn import helpers

    data = helpers.base64url_to_bytes(credential["response"][member])
    if member == "attestationObject":
        end_of_item(data, 0)
        data = helpers.parse_cbor(data)["authData"]
    check_authenticator_data(data, lambda item: helpers.encode_cbor(helpers.parse_cbor(item)))


def _descriptor(passkey: Passkey) -> Any:  # noqa: ANN401 - the library's, imported late
    from webauthn.helpers import base64url_to_bytes, structs

    transports = [structs.AuthenticatorTransport(each) for each in passkey.transports]
    return structs.PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(passkey.id), transports=transports or None
    )
