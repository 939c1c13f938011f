"""Fixtures for the tests of an app with the service; docs/embedding.md shows how.

pytest loads this in every project where the package is installed, so it imports the service only
when a test asks for it.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from authapi.settings import Settings
    from authapi.testing import MovedClock

_apps: list[Flask] = []
_clocks: list[MovedClock] = []


@pytest.fixture(scope="session")
def authapi_settings(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The settings of a service on a database of its own, for `create_app` or `init_app`.

    The database is the embedded one, or on the server that `TEST_MONGO_URI` names.
    """
    from authapi.testing import drop_database, settings_in

    base = tmp_path_factory.getbasetemp()
    # A worker of xdist has this; its variable in the environment is inherited by other runs.
    shared = base.parent if hasattr(pytestconfig, "workerinput") else base
    settings = settings_in(shared / "authapi", os.environ.get("TEST_MONGO_URI"))
    yield settings
    _close()
    if settings.mongo_uri is not None:
        drop_database(settings)


@pytest.fixture(scope="session")
def authapi_clock() -> MovedClock:
    """A clock for `create_app` or `init_app`; after each test it is back at the real time."""
    from authapi.testing import MovedClock

    clock = MovedClock()
    _clocks.append(clock)
    return clock


@pytest.fixture
def log_in_as(app: Flask) -> Callable[..., FlaskClient]:
    """Return a function that makes a logged-in test client of `app`, a fixture of your own.

    Its arguments are those of `authapi.testing.client_of` after the app: a name, or none for a new
    user; `roles`; `second_factor`.
    """
    from authapi.testing import client_of

    if app not in _apps:
        _apps.append(app)
    return partial(client_of, app)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Set the clocks back after each test."""
    for clock in _clocks:
        clock.reset()


def pytest_sessionfinish() -> None:
    """Close all connections."""
    _close()


def _close() -> None:
    while _apps:
        from authapi.testing import close

        close(_apps.pop())
