"""A session: one login, from its start to its end."""

from dataclasses import dataclass
from datetime import datetime

from authapi.core.client import UNKNOWN, Client


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session. Nothing in it mints a token or logs anybody in (S57).

    Attributes:
        id: random, claim `sid` of its tokens.
        user_id: whose it is.
        generation: how often it was refreshed; the one refresh token of this number is alive.
        created_at: when the user logged in.
        refreshed_at: when the living refresh token was made, to the second.
        expires_at: when it ends unless refreshed; MongoDB then removes the document.
        client: the program and the address of the login.
        refresh_key: a fingerprint of the last refresh's Idempotency-Key, if it had one.
    """

    id: str
    user_id: str
    generation: int
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    client: Client = UNKNOWN
    refresh_key: str | None = None
