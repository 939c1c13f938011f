"""How views get their services."""

import pytest
from flask import Flask

from authapi.core.services import Services
from authapi.health.service import Readiness
from authapi.web.services import install, service


def test_a_service_is_found_by_its_class() -> None:
    """It is that of the app that answers the request."""
    app, ready = Flask("any"), Readiness({})
    services = Services()
    services.add(ready)
    install(app, services)
    with app.app_context():
        assert service(Readiness) is ready


def test_an_app_that_was_not_made_here_is_told_so() -> None:
    """The error says what to do."""
    with Flask("any").app_context(), pytest.raises(RuntimeError, match="create_app"):
        service(Readiness)
