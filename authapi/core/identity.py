"""Who is calling: what a verified access token says."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authapi.core.clock import UNIX_EPOCH

PASSWORD = "pwd"
"""The method of a password (RFC 8176, 2)."""

CODE = "otp"
"""The method of a code that is good once: of an authenticator app, or a recovery code."""

HARDWARE_KEY = "hwk"
"""The method of a passkey."""

PRESENCE = "user"
"""The user was present, and touched or unlocked the key."""

AAL1 = "aal1"
"""The assurance of one factor (NIST SP 800-63B-4, 2.1), as claim `acr`."""

AAL2 = "aal2"
"""The assurance of two factors (NIST SP 800-63B-4, 2.2)."""


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
        epoch: the user's epoch that the session belongs to (claim `ep`).
        authenticated_at: when the user last proved who they are (claim `auth_time`); long ago where
            the token of an earlier release does not say.
        methods: how (claim `amr`, RFC 8176).
        assurance: how strong that was (claim `acr`).
        session_start: when the session began (claim `session_start` where it is not `auth_time`).
        roles: what the user may do, sorted (claim `roles`).
        claims_text: what the app itself put into the token, as JSON; empty without any.
    """

    username: str
    user_id: str
    session_id: str
    token_id: str
    issued_at: datetime
    expires_at: datetime
    epoch: int = 0
    authenticated_at: datetime = UNIX_EPOCH
    methods: tuple[str, ...] = ()
    assurance: str = AAL1
    session_start: datetime = UNIX_EPOCH
    roles: tuple[str, ...] = ()
    claims_text: str = ""

    @property
    def claims(self) -> dict[str, Any]:
        """What the app itself put into the token; a copy, since the identity is cached."""
        return dict(json.loads(self.claims_text)) if self.claims_text else {}
