"""`current_identity` in templates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string

from authapi import create_app, token_optional
from authapi.database import Database
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.support.claims import session_of

PAGE = "{% if current_identity %}{{ current_identity.username }}{% else %}nobody{% endif %}"


@pytest.fixture
def pages(settings: Settings) -> Iterator[Flask]:
    """A service with a page that may have a caller, and one that never has."""
    app = create_app(settings)
    app.add_url_rule("/page", view_func=token_optional(lambda: render_template_string(PAGE)))
    app.add_url_rule("/open", endpoint="open", view_func=lambda: render_template_string(PAGE))
    yield app
    services_of(app)[Database].close()


def test_templates_know_the_caller(pages: Flask) -> None:
    """S36: Values are escaped; without a guard there is no identity."""
    client = pages.test_client()
    token = services_of(pages)[TokenService].issue_access(session_of("<Ann>")).access_token
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/page", headers=bearer).text == "&lt;Ann&gt;"
    assert client.get("/page").text == "nobody"
    assert client.get("/open", headers=bearer).text == "nobody"
