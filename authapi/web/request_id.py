"""The request id, in the answer and in its log lines; a client may choose it."""

import random
import re

from flask import has_request_context, request

HEADER = "X-Request-ID"
KEY = "authapi.request_id"
"""The key of the id in a request's WSGI environment."""

_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def choose(offered: str | None) -> str:
    """Return `offered` when it is 8 to 64 letters, digits, `.`, `_` or `-`; else a new id."""
    if offered is not None and _SANE.fullmatch(offered):
        return offered
    return f"{random.getrandbits(96):024x}"


def current() -> str | None:
    """Return the id of the request that is being answered, or None outside of one."""
    return request.environ.get(KEY) if has_request_context() else None
