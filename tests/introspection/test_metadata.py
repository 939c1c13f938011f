"""`/.well-known/oauth-authorization-server` (RFC 8414)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from authapi.core.secrets import Secret
from authapi.introspection.rules import base_of
from authapi.settings import Settings
from authapi.tokens import jwks
from tests.support.actors import Visitor, error_code
from tests.support.apps import served

PATH = "/.well-known/oauth-authorization-server"
ISSUER = "https://auth.example"
KEYS = {"keys": [jwks.generate(jwks.EDDSA, "new"), jwks.generate(jwks.ES256, "old")]}


def test_it_says_where_the_keys_are_and_who_may_ask(settings: Settings) -> None:
    """`grant_types_supported` is empty; left out, it would mean two grants."""
    changed = replace(
        settings,
        jwt_issuer=ISSUER,
        jwt_keys=Secret(json.dumps(KEYS)),
        introspection_secret=Secret("for-tests-Qw7Tq2Lr9ZpK"),
    )
    with served(changed) as visitor:
        assert visitor.send("GET", PATH).json() == {
            "issuer": ISSUER,
            "response_types_supported": [],
            "grant_types_supported": [],
            "jwks_uri": f"{ISSUER}/.well-known/jwks.json",
            "access_token_signing_alg_values_supported": ["ES256", "EdDSA"],
            "introspection_endpoint": f"{ISSUER}/introspect",
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        }


def test_it_names_nothing_that_is_not_there(settings: Settings) -> None:
    """Without key pairs or INTROSPECTION_SECRET their addresses are left out."""
    with served(replace(settings, jwt_issuer=ISSUER)) as visitor:
        assert visitor.send("GET", PATH).json().keys() == {
            "issuer",
            "response_types_supported",
            "grant_types_supported",
        }


def test_an_issuer_that_is_no_address_has_none(visitor: Visitor) -> None:
    """It is a 404 then (RFC 8414, 2)."""
    refused = visitor.send("GET", PATH)
    assert error_code(refused) == (404, "not_found")
    assert "JWT_ISSUER" in refused.json()["message"]


@pytest.mark.parametrize(
    ("issuer", "base"),
    [
        ("https://auth.example", "https://auth.example"),
        ("https://auth.example/", "https://auth.example"),
        ("https://app.example:8443/auth", "https://app.example:8443/auth"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://auth.example", None),
        ("https://auth.example?a=b", None),
        ("https://auth.example#a", None),
        ("https://", None),
        ("https://[", None),
        ("authapi", None),
    ],
)
def test_which_issuers_are_addresses(issuer: str, base: str | None) -> None:
    """They are https, without query and fragment (RFC 8414, 2)."""
    assert base_of(issuer) == base
