"""What every peer is told by its environment."""

import os

MONGO_URI = os.environ["MONGO_URI"]
DATABASE = os.environ["MONGO_DATABASE"]
SAME_HASH = os.environ["PEER_HASH"] == "same"
SECRET = "for-the-peers-hAajp2G8UVpaaecI12UWaJJx-9tdyX8mqnmMC0RPLJI"

# The service's Argon2id, in the names that argon2-cffi, pwdlib and passlib use.
ARGON2 = {"time_cost": 2, "memory_cost": 19_456, "parallelism": 1}
PASSLIB_ARGON2 = {"argon2__time_cost": 2, "argon2__memory_cost": 19_456, "argon2__parallelism": 1}


def email(name: str) -> str:
    """Return the address of a user, for peers that know users by e-mail."""
    return f"{name}@example.com"
