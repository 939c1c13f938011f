"""The service behind Modal's own adapter, over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.support.actors import Visitor, error_code
from tests.support.servers import free_port, server_process


@pytest.fixture(scope="module")
def container(environment: dict[str, str]) -> Iterator[str]:
    """A container's address."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "tests.modal.container:serve"]
    with server_process(command, port, environment) as server:
        yield server.base_url


@pytest.fixture
def guest(container: str) -> Iterator[Visitor]:
    """Someone who uses the service on Modal."""
    guest = Visitor(container)
    yield guest
    guest.close()


def test_a_session_from_registration_to_replay(guest: Visitor) -> None:
    """S50, S51: register, log in, open the protected resource, refresh; the replay is refused."""
    first = guest.log_in()
    assert guest.protected(first["access_token"]).json()["status"] == "ok"
    second = guest.refresh(first["refresh_token"])
    assert second.status_code == 200
    assert error_code(guest.refresh(first["refresh_token"])) == (400, "invalid_refresh_token")


def test_refusals_keep_their_headers(guest: Visitor) -> None:
    """S43: Challenges, `Allow` and request ids pass through the adapter."""
    refusal = guest.protected()
    assert refusal.headers["WWW-Authenticate"] == "Bearer"
    assert refusal.headers["X-Request-ID"]
    assert "POST" in guest.send("GET", "/register").headers["Allow"]


def test_the_documentation_is_served(guest: Visitor) -> None:
    """The page and its script are uploaded."""
    assert "text/html" in guest.send("GET", "/docs").headers["Content-Type"]
    assert guest.send("GET", "/docs/start.js").status_code == 200
