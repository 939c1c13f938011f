"""The security headers of answers."""

from dataclasses import replace

import pytest

from authapi.settings import DEVELOPMENT, Settings
from tests.support.actors import Visitor
from tests.support.apps import served

PATHS = ["/protected", "/healthz", "/readyz", "/nothing", "/register", "/openapi.json", "/docs"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(visitor: Visitor, path: str) -> None:
    """S72: `nosniff`, HSTS, `frame-ancestors 'none'`, `Referrer-Policy`, for errors as well."""
    headers = visitor.send("GET", path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_development_server_does_not_bind_the_browser_to_https(settings: Settings) -> None:
    """S72: HSTS is sent in production only; the others everywhere."""
    with served(replace(settings, environment=DEVELOPMENT)) as visitor:
        headers = visitor.send("GET", "/healthz").headers
    assert "Strict-Transport-Security" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_service_says_nothing_of_its_parts(visitor: Visitor) -> None:
    """S72: No header names a framework."""
    headers = visitor.send("GET", "/protected").headers
    assert "X-Powered-By" not in headers
