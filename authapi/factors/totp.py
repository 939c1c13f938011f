"""Time-based one-time passwords (RFC 6238), by pyotp; shown as a QR code by segno.

Both are imported when somebody has an authenticator app, or turns one on.
"""

import io
from collections.abc import Iterable


def new_secret() -> str:
    """Return a random secret of 160 bits, in base32 (RFC 4226, 4)."""
    import pyotp

    return pyotp.random_base32()


def codes(secret: str, steps: Iterable[int]) -> dict[int, str]:
    """Return the code of each step."""
    import pyotp

    totp = pyotp.TOTP(secret)
    return {step: totp.generate_otp(step) for step in steps}


def uri(secret: str, username: str, issuer: str) -> str:
    """Return what an authenticator app scans: the secret, and what it is for."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def qr_code(text: str) -> str:
    """Return a text as a QR code: an SVG image with its own white ground, for dark pages too."""
    import segno

    picture = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(picture, kind="svg", xmldecl=False, nl=False, scale=4, light="#fff", omitsize=True)
    return picture.getvalue().decode()
