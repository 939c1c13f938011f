"""The service under test, with a real database, an HTTP server and a clock that tests move."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.core.secrets import Secret
from authapi.core.services import Services
from authapi.database import Collections, Database
from authapi.embedded import ensure_running
from authapi.limits.rules import Rate
from authapi.settings import PRODUCTION, Settings
from authapi.wiring import build_database
from tests.support.actors import Visitor
from tests.support.cheap import CHEAP_HASH_KIB
from tests.support.clock import MovedClock
from tests.support.guards import (  # noqa: F401 - hooks of pytest
    pytest_collection,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from tests.support.servers import SECRET, in_thread

GENEROUS = "300/second"
"""All tests come from one address, and many of them fail to log in on purpose."""
GENEROUS_ROW = 1_000_000
RP_ID = "accounts.example"

# Made-up examples are judged by what they show, never by how long a busy machine takes for them.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")


@pytest.fixture(scope="session")
def shared_folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all parallel test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(pytestconfig, "workerinput") else base


@pytest.fixture(scope="session")
def mongo_uri(shared_folder: Path) -> str:
    """A real database server: the one `TEST_MONGO_URI` names, else the embedded one."""
    return os.environ.get("TEST_MONGO_URI") or ensure_running(shared_folder / "mongo")


@pytest.fixture(scope="session")
def settings(mongo_uri: str, shared_folder: Path) -> Settings:
    """A production service's settings, without the blocklist, on a database of its own."""
    return Settings(
        environment=PRODUCTION,
        jwt_secret=Secret(SECRET),
        mongo_uri=Secret(mongo_uri),
        mongo_database=f"test_{secrets.token_hex(6)}",
        mongo_timeout_ms=60_000,  # a busy machine is no lost database
        cors_origins=("https://app.example",),
        password_blocklist="off",
        argon2_memory_kib=CHEAP_HASH_KIB,
        limit_login_failures=Rate.parse(GENEROUS),
        limit_login_failures_per_address=Rate.parse(GENEROUS),
        limit_failures_in_a_row=GENEROUS_ROW,
        limit_registrations=Rate.parse(GENEROUS),
        limit_refreshes=Rate.parse(GENEROUS),
        webauthn_rp_id=RP_ID,
        instance=shared_folder / "instance",
    )


@pytest.fixture(scope="session")
def environment(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables, for server processes."""
    assert settings.mongo_uri is not None
    assert settings.mongo_database is not None
    return {
        "JWT_SECRET": SECRET,
        "MONGO_URI": settings.mongo_uri.reveal(),
        "MONGO_DATABASE": settings.mongo_database,
        "MONGO_TIMEOUT_MS": str(settings.mongo_timeout_ms),
        "CORS_ORIGINS": "https://app.example",
        "PASSWORD_BLOCKLIST": "off",
        "LIMIT_LOGIN_FAILURES": GENEROUS,
        "LIMIT_LOGIN_FAILURES_PER_ADDRESS": GENEROUS,
        "LIMIT_FAILURES_IN_A_ROW": str(GENEROUS_ROW),
        "LIMIT_REGISTRATIONS": GENEROUS,
        "LIMIT_REFRESHES": GENEROUS,
        "WEBAUTHN_RP_ID": RP_ID,
        "AUTHAPI_INSTANCE": str(settings.instance),
    }


@pytest.fixture(scope="session")
def _clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def clock(_clock: MovedClock) -> Iterator[MovedClock]:
    """The service's clock; back at the real time after the test."""
    yield _clock
    _clock.reset()


@pytest.fixture(scope="session")
def app(settings: Settings, _clock: MovedClock) -> Iterator[Flask]:
    """The service, in this process."""
    app = create_app(settings, _clock)
    yield app
    services_of(app)[AuditTrail].flush()  # so that nothing is written to a closed database
    services_of(app)[Database].close()


@pytest.fixture(scope="session")
def base_url(app: Flask) -> Iterator[str]:
    """The address of a real HTTP server that serves `app`."""
    with in_thread(app) as url:
        yield url


@pytest.fixture
def visitor(base_url: str) -> Iterator[Visitor]:
    """A client of the service."""
    visitor = Visitor(base_url)
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def collections(settings: Settings) -> Iterator[Collections]:
    """The service's collections."""
    database = build_database(replace(settings))
    yield database
    database.close()


def services_of(app: Flask) -> Services:
    """Return the objects that `app` is made of."""
    services: Services = app.extensions["authapi"]
    return services
