"""authapi: accounts and JWTs as a small Flask service.

The names below are imported when they are first used (PEP 562), so that a part such as
`authapi.embedded` loads neither Flask nor the service.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from authapi.version import __version__

if TYPE_CHECKING:
    from authapi.app import create_app
    from authapi.host import init_app
    from authapi.settings import Settings, SettingsError
    from authapi.tokens.own_claims import claims
    from authapi.web.bearer import current_identity, token_optional, token_required
    from authapi.web.recent_login import recent_login_required, require_recent_login
    from authapi.web.signals import signal

_EXPORTS = {
    "Settings": "authapi.settings",
    "SettingsError": "authapi.settings",
    "claims": "authapi.tokens.own_claims",
    "create_app": "authapi.app",
    "current_identity": "authapi.web.bearer",
    "init_app": "authapi.host",
    "recent_login_required": "authapi.web.recent_login",
    "require_recent_login": "authapi.web.recent_login",
    "signal": "authapi.web.signals",
    "token_optional": "authapi.web.bearer",
    "token_required": "authapi.web.bearer",
}

__all__ = [
    "Settings",
    "SettingsError",
    "__version__",
    "claims",
    "create_app",
    "current_identity",
    "init_app",
    "recent_login_required",
    "require_recent_login",
    "signal",
    "token_optional",
    "token_required",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module exports
    """Import an exported name at its first use.

    Raises:
        AttributeError: when this package exports no such name.
    """
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
