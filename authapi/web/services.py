"""How a route finds the service it serves: by its class, in the app that answers the request."""

from typing import TypeVar

from flask import Flask, current_app

from authapi.core.services import Services

T = TypeVar("T")
_EXTENSION = "authapi"


def install(app: Flask, services: Services) -> None:
    """Give `app` its services."""
    app.extensions[_EXTENSION] = services


def services_of(app: Flask) -> Services:
    """Return the services of an app that `create_app` made."""
    services: Services = app.extensions[_EXTENSION]
    return services


def service(kind: type[T]) -> T:
    """Return the current app's service of the class `kind`.

    Raises:
        RuntimeError: when the app was not made by `create_app`.
    """
    try:
        return services_of(current_app)[kind]
    except KeyError:
        raise RuntimeError(f"this app has no {kind.__name__}; make it with create_app()") from None
