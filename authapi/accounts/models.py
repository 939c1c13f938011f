"""A user of the service."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class User:
    """A stored user.

    Attributes:
        id: the permanent id, random.
        username: the name as typed at registration.
        name_key: the form of it that is unique.
        password_hash: as `PasswordHasher` makes and reads it.
        created_at: when, aware, UTC.
        registration_key: a fingerprint of the request's Idempotency-Key, if it had one.
        epoch: counts what ends sessions: a password change, a logout everywhere, a disabling.
        disabled: whether the user may not log in.
    """

    id: str
    username: str
    name_key: str
    password_hash: str
    created_at: datetime
    registration_key: str | None = None
    epoch: int = 0
    disabled: bool = False

    @property
    def hash_method(self) -> str:
        """The name of the method that the password is hashed with."""
        if self.password_hash.startswith("$2"):
            return "bcrypt"
        return self.password_hash.lstrip("$").split("$")[0].split(":")[0]
