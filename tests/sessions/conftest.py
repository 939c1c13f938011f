"""An operator who changes roles, and what tokens tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from authapi import create_app
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.database import Database
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.forging import payload_of
from tests.support.servers import in_thread

Change = Callable[..., None]
"""Changes a user's roles as the operator does: `change(name, "+editor", "-admin", now=True)`."""


@pytest.fixture
def change(app: Flask) -> Change:
    """The operator, in this process."""

    def changing(name: str, *changes: str, now: bool = False) -> None:
        add, remove = ({c[1:] for c in changes if c[0] == sign} for sign in "+-")
        services_of(app)[Administration].change_roles(UserRef(name), add, remove, now=now)

    return changing


@contextmanager
def another_process(settings: Settings, clock: MovedClock) -> Iterator[Visitor]:
    """Serve the same users from a process of its own, as far as its memory is concerned."""
    app = create_app(settings, clock)
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    services_of(app)[Database].close()


def roles_of(tokens: dict[str, str]) -> list[str]:
    """Return what an access token says that its holder may do."""
    found: list[str] = payload_of(tokens["access_token"]).get("roles", [])
    return found


def refreshed(visitor: Visitor, tokens: dict[str, str]) -> dict[str, str]:
    """Return the successors of tokens."""
    answer = visitor.refresh(tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    successors: dict[str, str] = answer.json()
    return successors
