"""Finds a service object by its class, in the app that answers the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from flask import Flask, current_app

from authapi.core.services import Services

T = TypeVar("T")
_EXTENSION = "authapi"
_MOUNTED = "authapi.mounted"


def install(app: Flask, services: Services) -> None:
    """Give `app` its services."""
    app.extensions[_EXTENSION] = services


def share(host: Flask, mounted: Flask) -> None:
    """Let `host` find the services of the app that is mounted in it."""
    install(host, services_of(mounted))
    host.extensions[_MOUNTED] = mounted


def serving(app: Flask) -> Flask:
    """Return the service's app: the one mounted in `app`, or `app` itself."""
    return cast(Flask, app.extensions.get(_MOUNTED, app))


@contextmanager
def context_of(app: Flask) -> Iterator[None]:
    """Enter the context of `app`, to run its code, unless that is the current one."""
    if current_app and current_app._get_current_object() is app:  # type: ignore[attr-defined]
        yield
    else:
        with app.app_context():
            yield


def has_services(app: Flask) -> bool:
    """Whether `app` is the service's, or has it mounted."""
    return _EXTENSION in app.extensions


def services_of(app: Flask) -> Services:
    """Return the services of an app with the service."""
    services: Services = app.extensions[_EXTENSION]
    return services


def service(kind: type[T]) -> T:
    """Return the current app's service of the class `kind`.

    Raises:
        RuntimeError: when the app has no service.
    """
    try:
        return services_of(current_app)[kind]
    except KeyError:
        raise RuntimeError(
            f"this app has no {kind.__name__}; make it with create_app(), or give it to init_app()"
        ) from None
