"""Features that an operator can switch off."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from authapi.settings import Settings
from tests.support.actors import PASSWORD, error_code, fresh_name
from tests.support.apps import served


def test_a_closed_registration_is_told_and_stores_nobody(settings: Settings) -> None:
    """S22: Existing users log in as before."""
    name = fresh_name()
    with served(replace(settings, registration="closed")) as visitor:
        refused = visitor.register(name)
        assert error_code(refused) == (403, "registration_closed")
        assert refused.json()["message"] == "Registration is closed."
        assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")
        described = visitor.send("GET", "/openapi.json").json()
    assert "403" in described["paths"]["/register"]["post"]["responses"]


def test_the_operator_goes_on_creating_users(settings: Settings) -> None:
    """S22: `flask users create` still works."""
    closed = replace(settings, registration="closed")
    name = fresh_name()

    def create(app: Flask) -> None:
        arguments = ["users", "create", name, "--password-stdin"]
        done = app.test_cli_runner().invoke(args=arguments, input=PASSWORD)
        assert done.exit_code == 0

    with served(closed, prepare=create) as visitor:
        assert visitor.authenticate(name).status_code == 200


def test_the_documentation_may_be_off(settings: Settings) -> None:
    """S72: Page, its files and description are 404."""
    with served(replace(settings, docs="off")) as visitor:
        for path in ("/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json"):
            assert error_code(visitor.send("GET", path)) == (404, "not_found"), path
        assert visitor.protected().status_code == 401


def test_the_sample_may_be_off(settings: Settings) -> None:
    """S72: It is neither there nor in the description."""
    with served(replace(settings, protected_sample="off")) as without, served(settings) as usual:
        token = without.log_in()["access_token"]
        assert error_code(without.protected(token)) == (404, "not_found")
        assert "/protected" not in without.send("GET", "/openapi.json").json()["paths"]
        assert usual.protected(token).status_code == 200
