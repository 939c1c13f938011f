"""What ended, and for how long that has to be remembered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """A session or a user whose access tokens are void.

    Attributes:
        subject: `session:<id>` or `user:<id>`.
        revoked_at: tokens issued up to this moment are void.
        expires_at: when the last of them has expired by itself.
    """

    subject: str
    revoked_at: datetime
    expires_at: datetime
