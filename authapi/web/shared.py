"""What the service learns of a request, for the server around it.

A service that is mounted in an app works on a copy of the request's environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SHARED = "authapi.shared"
"""The key of a dictionary in the environment, which the copy holds as well; the server makes it."""


def share(environ: WSGIEnvironment, name: str, value: str) -> None:
    """Set `name` in the environment, for the server, too."""
    environ[name] = value
    if (shared := environ.get(SHARED)) is not None:
        shared[name] = value


def shared_or_own(environ: WSGIEnvironment, name: str) -> str:
    """Return what the service has shared as `name`, else what the environment has, if anything."""
    found: str = environ.get(SHARED, {}).get(name) or environ.get(name, "")
    return found
