"""How a route finds the service it serves: by its class, in the app that answers the request."""

from collections.abc import Mapping
from typing import TypeVar, cast

from flask import Flask, current_app

T = TypeVar("T")
_EXTENSION = "authapi"


def install(app: Flask, services: Mapping[type, object]) -> None:
    """Give `app` its services, each under its class."""
    app.extensions[_EXTENSION] = dict(services)


def service(kind: type[T]) -> T:
    """Return the current app's service of the class `kind`.

    Raises:
        RuntimeError: when the app was not made by `create_app`.
    """
    try:
        return cast(T, current_app.extensions[_EXTENSION][kind])
    except KeyError:
        raise RuntimeError(f"this app has no {kind.__name__}; make it with create_app()") from None
