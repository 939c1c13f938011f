"""An app whose views need a recent login, and users with an old one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from flask import Blueprint, Flask

from authapi import current_identity, recent_login_required
from authapi.core.client import Client
from authapi.settings import Settings
from tests.support.actors import PASSWORD, Visitor
from tests.support.apps import served
from tests.support.clock import MovedClock

HERE = Client("127.0.0.1", "pytest")
STALE = (401, "insufficient_user_authentication")
CHALLENGE = 'Bearer error="insufficient_user_authentication", max_age="{}"'
blueprint = Blueprint("money", __name__)


@blueprint.route("/money", methods=["DELETE"])
@recent_login_required(minutes=2.5)
def spend() -> dict[str, str]:
    """A view that needs a login within two and a half minutes."""
    return {"of": current_identity.username}


@blueprint.route("/vault")
@recent_login_required(second_factor=True)
def open_vault() -> dict[str, str]:
    """A view that needs two factors."""
    return {"of": current_identity.username}


@pytest.fixture(scope="module")
def moved() -> MovedClock:
    """A clock of this file's own."""
    return MovedClock().stop()


@pytest.fixture(scope="module")
def bank(settings: Settings, moved: MovedClock) -> Iterator[Visitor]:
    """A visitor of a service with these resources."""

    def prepare(app: Flask) -> None:
        app.register_blueprint(blueprint)

    with served(replace(settings, access_token_expire_minutes=60), moved, prepare) as visitor:
        yield visitor


def ask(visitor: Visitor, method: str, path: str, token: str) -> requests.Response:
    """Send a request with a token."""
    return visitor.send(method, path, headers={"Authorization": f"Bearer {token}"})


def prove_again(visitor: Visitor, token: str, password: str = PASSWORD) -> requests.Response:
    """Send the password to `/reauthenticate`."""
    headers = {"Authorization": f"Bearer {token}"}
    return visitor.post("/reauthenticate", {"password": password}, headers)


def stale_login(visitor: Visitor, clock: MovedClock) -> dict[str, Any]:
    """Log a new user in, and let twelve minutes pass."""
    tokens = visitor.log_in()
    clock.move(minutes=12)
    return tokens
