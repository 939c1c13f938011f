"""Well-known addresses (RFC 8615) at the root of an app with the service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authapi import init_app
from authapi.core.secrets import Secret
from authapi.settings import Settings
from authapi.tokens import jwks
from tests.host.conftest import existing_app
from tests.support.apps import end

METADATA = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/jwks.json"
WEBAUTHN = "/.well-known/webauthn"
KEYS = json.dumps({"keys": [jwks.generate(jwks.EDDSA, "new")]})
SITE = "https://app.example"

Make = Callable[..., Flask]


@pytest.fixture
def make(settings: Settings) -> Iterator[Make]:
    """Return what adds a service with these settings to an app that exists."""
    with ExitStack() as stack:

        def added(issuer: str = f"{SITE}/auth", **changed: object) -> Flask:
            app = existing_app()
            keyed: dict[str, Any] = {"jwt_keys": Secret(KEYS), "jwt_issuer": issuer, **changed}
            init_app(app, settings=replace(settings, **keyed))
            stack.callback(end, app)
            return app

        yield added


def found(client: FlaskClient, address: str) -> Any:  # noqa: ANN401 - JSON
    """Return what is at an address of the app, without what is before its path."""
    answer = client.get(urlsplit(address).path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize(
    ("issuer", "path"), [(f"{SITE}/auth", f"{METADATA}/auth"), (SITE, METADATA)]
)
def test_who_is_told_the_issuer_finds_the_keys(make: Make, issuer: str, path: str) -> None:
    """The metadata is found by RFC 8414, 3.1, and its addresses are right."""
    client = make(issuer, introspection_secret=Secret("for-tests-Qw7Tq2Lr9ZpK")).test_client()
    told = found(client, path)
    assert told == found(client, f"/auth{METADATA}")
    assert told["issuer"] == issuer
    assert found(client, told["jwks_uri"])["keys"][0]["kid"] == "new"
    assert told["introspection_endpoint"] == f"{SITE}/auth/introspect"
    asked = client.post(urlsplit(told["introspection_endpoint"]).path)
    assert asked.get_json()["code"] == "missing_token"


def test_keys_and_related_origins_are_at_the_root(make: Make) -> None:
    """Browsers (WebAuthn, 5.11.1) and some gateways look only there."""
    client = make(webauthn_origins=("https://accounts.example", "https://a.example")).test_client()
    assert found(client, WEBAUTHN) == found(client, f"/auth{WEBAUTHN}")
    assert "https://accounts.example" in found(client, WEBAUTHN)["origins"]
    assert found(client, JWKS) == found(client, f"/auth{JWKS}")
    assert client.get(JWKS).headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("path", [METADATA, f"{METADATA}/auth", JWKS, WEBAUTHN])
def test_what_the_service_has_not_is_the_hosts_to_answer(make: Make, path: str) -> None:
    """Without keys, issuer address or passkeys the host's 404 is shown."""
    client = make("authapi", jwt_keys=None, webauthn_rp_id=None).test_client()
    assert client.get(path).text == "<h1>not here</h1>"


@pytest.mark.parametrize("path", [f"{METADATA}/other", f"{METADATA}/auth/", f"{JWKS}/x"])
def test_only_the_very_path_is_taken(make: Make, path: str) -> None:
    """Metadata of other issuers at this host is not affected."""
    assert make().test_client().get(path).text == "<h1>not here</h1>"


@pytest.mark.parametrize("rule", [WEBAUTHN, "/.well-known/<path:name>", "/.well-known/<name>"])
def test_a_hosts_own_answer_stays(make: Make, rule: str) -> None:
    """Routes that the host adds later count as well."""
    app = make()
    app.add_url_rule(rule, "own", lambda name="": "my own")
    client = app.test_client()
    assert client.get(WEBAUTHN).text == "my own"
    assert found(client, f"/auth{WEBAUTHN}")["origins"]


def test_a_page_for_every_address_is_no_answer(make: Make) -> None:
    """A catch-all route of the host does not count as one."""
    app = make()
    app.add_url_rule("/<path:page>", "spa", lambda page: f"<main>{page}</main>")
    client = app.test_client()
    assert "main" in client.get("/anything").text
    assert found(client, JWKS)["keys"]
