"""Passkeys as their owners see them, without keys."""

from authapi.passkeys.models import Passkey


def describe(passkey: Passkey) -> dict[str, object]:
    """Return what a list of passkeys says of one."""
    return {
        "id": passkey.id,
        "name": passkey.name,
        "created_at": passkey.created_at.isoformat(),
        "used_at": passkey.used_at.isoformat() if passkey.used_at else None,
        "backed_up": passkey.backed_up,
    }


def describe_fully(passkey: Passkey) -> dict[str, object]:
    """Return all that is stored about a passkey, except its public key."""
    return {
        **describe(passkey),
        "aaguid": passkey.aaguid,
        "transports": list(passkey.transports),
        "sign_count": passkey.sign_count,
    }
