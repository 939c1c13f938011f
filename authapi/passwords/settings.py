"""What a password hash costs, how many are made at once, and which passwords are refused."""

from dataclasses import dataclass

from authapi.core.cores import usable_cores
from authapi.core.environment import EnvironmentSettings, variable
from authapi.core.parsers import choice, integer
from authapi.tokens.settings import TokenSettings


@dataclass(frozen=True)
class PasswordSettings(EnvironmentSettings, TokenSettings):
    """The passwords' numbers."""

    argon2_memory_kib: int = variable("ARGON2_MEMORY_KIB", 19_456, integer(19_456, 262_144))
    argon2_passes: int = variable("ARGON2_PASSES", 2, integer(2, 16))
    password_blocklist: str | None = variable("PASSWORD_BLOCKLIST", None, choice("on", "off"))
    hash_slots: int = variable("PASSWORD_HASH_SLOTS", 0, integer(0, 256))
    hash_queue_limit: int = variable("PASSWORD_HASH_QUEUE_LIMIT", 96, integer(0, 10_000))

    @property
    def refuses_common_passwords(self) -> bool:
        """Whether common passwords are refused: as set, by default in production."""
        return (self.password_blocklist or ("off" if self.development else "on")) == "on"

    @property
    def hash_slots_or_cores(self) -> int:
        """How many password hashes one process works on at once; 0 means one per core."""
        return self.hash_slots or usable_cores()
