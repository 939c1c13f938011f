"""Who is calling: what a verified access token says."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller behind a verified access token.

    Attributes:
        username: the name as typed at registration (claim `sub`).
        user_id: the user's permanent id (claim `uid`).
        session_id: the session that the token belongs to (claim `sid`).
        token_id: the token's own id (claim `jti`).
        issued_at: when the token was made, aware, UTC (claim `iat`).
        expires_at: when the token ends, aware, UTC (claim `exp`).
    """

    username: str
    user_id: str
    session_id: str
    token_id: str
    issued_at: datetime
    expires_at: datetime
