"""What a user showed to prove who they are."""

from dataclasses import dataclass

from authapi.accounts.models import User
from authapi.core.identity import AAL1


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved to be a user.

    Attributes:
        user: who, as read when the proof was checked.
        methods: how, in the words of RFC 8176 (`pwd`, `otp`, `hwk`, …).
        assurance: how strong that is (NIST SP 800-63B-4, 2).
    """

    user: User
    methods: tuple[str, ...]
    assurance: str = AAL1
