"""What the production server knows of requests for a mounted service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from authapi import init_app
from authapi.server.body import Body
from authapi.server.slow_answers import SlowAnswers
from authapi.server.slow_bodies import SlowBodies
from authapi.settings import Settings
from authapi.web import request_id
from authapi.web.shared import shared_or_own
from tests.host.conftest import existing_app
from tests.support.apps import end

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ONE, OTHER = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}


@pytest.fixture
def proxied(settings: Settings) -> Iterator[Flask]:
    """An app with the service, behind a proxy."""
    app = existing_app()
    init_app(app, settings=replace(settings, trusted_proxies=1))
    yield app
    end(app)


def test_long_answers_are_shared_by_the_clients_addresses(proxied: Flask) -> None:
    """S27, S129: The proxy's own address does not count."""
    client = Client(SlowAnswers(4).around(proxied.wsgi_app))
    asked = [
        client.get("/auth/docs/swagger-ui-bundle.js", headers=who) for who in (ONE, ONE, ONE, OTHER)
    ]
    assert [answer.status_code for answer in asked] == [200, 200, 503, 200]
    assert asked[2].get_json()["request_id"] == asked[2].headers["X-Request-ID"]
    for answer in asked:
        answer.close()


def test_a_body_counts_for_its_clients_address(proxied: Flask) -> None:
    """S27, S129: And the server knows the id of its request, for a refusal of its own."""
    served: list[WSGIEnvironment] = []
    bodies = SlowBodies(4).around(proxied.wsgi_app)

    def noting(environ: WSGIEnvironment, start: Any) -> Any:  # noqa: ANN401 - a WSGI app
        served.append(environ)
        return bodies(environ, start)

    asked = EnvironBuilder(
        "/auth/register", method="POST", json={}, headers=Headers(ONE)
    ).get_environ()
    _, status, headers = run_wsgi_app(SlowAnswers(4).around(noting), asked)
    assert status.startswith("422")
    body = served[0]["wsgi.input"]
    assert isinstance(body, Body)
    assert body.network == "203.0.113.1"
    assert shared_or_own(served[0], request_id.KEY) == headers["X-Request-ID"]
