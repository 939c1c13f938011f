"""The id that ties an answer to its log lines: the client's own when it is a sane one."""

import re
import secrets

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def choose(offered: str | None) -> str:
    """Return `offered` when it is 8 to 64 letters, digits, `.`, `_` or `-`; else a new id."""
    if offered is not None and _SANE.fullmatch(offered):
        return offered
    return secrets.token_hex(12)
