"""Signing keys, their rotation with an overlap, and the published JWKS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from authapi import create_app
from authapi.core.secrets import Secret
from authapi.database import Database
from authapi.settings import Settings
from authapi.tokens import jwks
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code
from tests.support.servers import in_thread

# RFC 9864 gives EdDSA over Ed25519 another name, which few verifiers know yet.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")

OLD = {algorithm: jwks.generate(algorithm, f"old-{algorithm}") for algorithm in jwks.ALGORITHMS}
OLD["Ed25519"] = {**jwks.generate(jwks.EDDSA, "old-Ed25519"), "alg": "Ed25519"}
NEW = jwks.generate(jwks.EDDSA, "new")
OTHER_SECRET = Secret("another-ViRmq7uYyLG9LBcyQ3jIb9iwjwWr2FkNam5k0QX9210")


@contextmanager
def serving(settings: Settings, *keys: dict[str, Any], **changes: Any) -> Iterator[Visitor]:  # noqa: ANN401
    """Serve with other keys, on the same database."""
    value = Secret(json.dumps({"keys": keys})) if keys else None
    app = create_app(replace(settings, jwt_keys=value, **changes))
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    services_of(app)[Database].close()


@pytest.mark.parametrize("algorithm", OLD)
def test_a_resource_server_verifies_with_the_jwks_alone(settings: Settings, algorithm: str) -> None:
    """S40: Another library verifies the tokens with it."""
    with serving(settings, OLD[algorithm]) as visitor:
        token = visitor.log_in()["access_token"]
        published = visitor.send("GET", "/.well-known/jwks.json").json()
    verified = jwt.decode(token, KeySet.import_key_set(published), algorithms=[algorithm])
    jwt.JWTClaimsRegistry(iss={"essential": True, "value": "authapi"}).validate(verified.claims)
    assert verified.header["typ"] == "at+jwt"


def test_the_jwks_shows_public_halves_only(settings: Settings) -> None:
    """S40: No private member is published."""
    with serving(settings, *OLD.values()) as visitor:
        published = visitor.send("GET", "/.well-known/jwks.json").json()["keys"]
    assert [key["kid"] for key in published] == [key["kid"] for key in OLD.values()]
    assert all(
        set(key) <= {"kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"} for key in published
    )


def test_without_key_pairs_the_jwks_is_empty(visitor: Visitor) -> None:
    """S40: The secret of HS256 is not published."""
    assert visitor.send("GET", "/.well-known/jwks.json").json() == {"keys": []}


def test_after_a_rotation_old_tokens_verify_and_new_ones_carry_the_new_kid(
    settings: Settings,
) -> None:
    """S39: Nobody is logged out."""
    old = OLD[jwks.ES256]
    with serving(settings, old) as visitor:
        before = visitor.log_in()
    with serving(settings, *jwks.rotate([old, NEW])) as visitor:
        assert visitor.protected(before["access_token"]).status_code == 200
        after = visitor.refresh(before["refresh_token"]).json()
        assert jwt.decode(
            after["access_token"],
            KeySet.import_key_set({"keys": [jwks.public(NEW)]}),
            algorithms=[jwks.EDDSA],
        )


def test_a_retired_key_is_refused(settings: Settings) -> None:
    """S39: Its access tokens are refused; a refresh gets a new one."""
    old = OLD[jwks.EDDSA]
    with serving(settings, old) as visitor:
        before = visitor.log_in()
    with serving(settings, *jwks.retire([NEW, old], old["kid"])) as visitor:
        refused = visitor.protected(before["access_token"])
        assert error_code(refused) == (401, "invalid_token")
        assert visitor.refresh(before["refresh_token"]).status_code == 200


def test_a_new_secret_overlaps_with_the_previous_one(settings: Settings) -> None:
    """S39: Tokens of the previous secret are accepted as long as it is configured."""
    with serving(settings) as visitor:
        before = visitor.log_in()
    overlap = {"jwt_secret": OTHER_SECRET, "jwt_secret_previous": settings.jwt_secret}
    with serving(settings, **overlap) as visitor:
        assert visitor.protected(before["access_token"]).status_code == 200
        after = visitor.refresh(before["refresh_token"]).json()
    with serving(settings, jwt_secret=OTHER_SECRET) as visitor:
        refused = visitor.protected(before["access_token"])
        assert error_code(refused) == (401, "invalid_token")
        assert visitor.refresh(after["refresh_token"]).status_code == 200


def test_the_public_key_does_not_verify_as_a_shared_secret(settings: Settings) -> None:
    """S31: a token signed with HS256 and the published key is refused."""
    old = OLD[jwks.EDDSA]
    with serving(settings, old) as visitor:
        claims = jwt.decode(
            visitor.log_in()["access_token"],
            KeySet.import_key_set({"keys": [jwks.public(old)]}),
            algorithms=[jwks.EDDSA],
        ).claims
        forged = jwt.encode(
            {"alg": "HS256", "typ": "at+jwt", "kid": old["kid"]},
            claims,
            OctKey.import_key(old["x"]),
        )
        assert error_code(visitor.protected(forged)) == (401, "invalid_token")
