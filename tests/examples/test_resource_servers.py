"""The examples of resource servers, each run as a process."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.settings import Settings
from authapi.tokens import jwks
from tests.conftest import services_of
from tests.examples.resource_servers import (
    KEYS,
    PROGRAMS,
    Pair,
    believing,
    giving,
    good_claims,
    port_of,
    signed,
)
from tests.extension.exchange import Answer, answer
from tests.extension.gate import Replace
from tests.support.actors import error_code
from tests.support.forging import forged, payload_of

pytestmark = pytest.mark.external

JWKS = "/.well-known/jwks.json"
AN_HOUR, NONE = "3600", "0"

NO_KEYS = [
    answer(200, body)
    for body in (
        "null",
        '"keys"',
        "[]",
        "{}",
        '{"keys": null}',
        '{"keys": "key-EdDSA"}',
        '{"keys": []}',
        '{"keys": [{"kty": "OKP"}]}',
        '{"keys": [1, null]}',
        "[" * 100_000,
    )
]
NO_KEYS.append(Answer(200, {"Content-Type": "application/json"}, b'{"keys": "\xff"}'))


@pytest.fixture(scope="module", params=PROGRAMS)
def pair(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Each of the examples in turn."""
    with believing(request.param, settings, AN_HOUR) as pair:
        yield pair


def test_a_token_is_believed_and_says_whose_it_is(pair: Pair) -> None:
    """S40: The answer has the user's id and roles."""
    name = pair.visitor.new_user()
    services_of(pair.app)[Administration].change_roles(UserRef(name), {"editor"}, (), now=False)
    token = pair.visitor.log_in(name)["access_token"]
    answer = pair.ask(token)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"orders": [], "of": payload_of(token)["uid"], "roles": ["editor"]}


@pytest.mark.parametrize("key", KEYS, ids=jwks.ALGORITHMS)
def test_every_key_that_is_published_verifies(pair: Pair, key: dict[str, Any]) -> None:
    """S39: A key that does not sign any more, or not yet, verifies as well."""
    assert pair.ask(signed(good_claims(), key)).status_code == 200


def test_without_a_token_there_is_a_challenge(pair: Pair) -> None:
    """S43: The challenge has no error code."""
    refused = pair.ask(None)
    assert error_code(refused) == (401, "missing_token")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def bad_tokens() -> dict[str, str]:
    """Return tokens that nobody may believe, by what is wrong with them."""
    claims, key = good_claims(), KEYS[0]
    long_ago = int((datetime.now(UTC) - timedelta(hours=1)).timestamp())
    public = json.dumps(jwks.public(key)).encode()
    stranger = jwks.generate(jwks.EDDSA, key["kid"])
    head, body, signature = signed(claims, key).split(".")
    return {
        "expired": signed({**claims, "exp": long_ago}, key),
        "early": signed({**claims, "iat": claims["iat"] + 3600}, key),
        "another issuer": signed({**claims, "iss": "evil"}, key),
        "another audience": signed({**claims, "aud": "others"}, key),
        "no end": signed({n: v for n, v in claims.items() if n != "exp"}, key),
        "another kind": signed(claims, key, typ="rt+jwt"),
        "a plain JWT": signed(claims, key, typ="JWT"),
        "a stranger's key": signed(claims, stranger),
        "an unknown kid": signed(claims, {**key, "kid": secrets.token_hex(8)}),
        "no signature": f"{head}.{body}.",
        "a changed signature": f"{head}.{body}.{signature.swapcase()}",
        "none": forged({"alg": "none", "typ": "at+jwt", "kid": key["kid"]}, claims, b""),
        "the public key as a secret": forged(
            {"alg": "HS256", "typ": "at+jwt", "kid": key["kid"]}, claims, public
        ),
        "no kid": forged({"alg": key["alg"], "typ": "at+jwt"}, claims, b"x" * 64),
        "no token": "x",
        "not ASCII": "\xe9",
        "three parts of nothing": "..",
    }


@pytest.mark.parametrize("what", bad_tokens())
def test_no_other_token_is_believed(pair: Pair, what: str) -> None:
    """S31, S33, S34, S35: Every check that the page demands is made."""
    refused = pair.ask(bad_tokens()[what])
    assert error_code(refused) == (401, "invalid_token")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_refresh_token_is_none_to_come_with(pair: Pair) -> None:
    """S32: A refresh token of the same service is refused."""
    refused = pair.ask(pair.visitor.log_in()["refresh_token"])
    assert error_code(refused) == (401, "invalid_token")


def test_unknown_kids_do_not_make_it_fetch_the_keys_each_time(pair: Pair) -> None:
    """Otherwise anybody could make it flood the service."""
    assert pair.ask(signed(good_claims(), KEYS[0])).status_code == 200
    before = len(pair.gate.to(JWKS))
    for _ in range(5):
        stranger = {**KEYS[0], "kid": secrets.token_hex(8)}
        assert pair.ask(signed(good_claims(), stranger)).status_code == 401
    assert len(pair.gate.to(JWKS)) == before


def test_the_keys_alone_do_not_tell_of_a_logout(pair: Pair) -> None:
    """The token works until it expires, as the page says."""
    tokens = pair.visitor.log_in()
    pair.visitor.log_out(tokens["refresh_token"])
    assert pair.visitor.protected(tokens["access_token"]).status_code == 401
    assert pair.ask(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_rotation_and_a_service_that_is_away_lock_nobody_out(
    settings: Settings, program: str
) -> None:
    """S39: A new key is fetched when it is first used; without keys the answer is a 503."""
    new = jwks.generate(jwks.ES256, "new")
    with (
        believing(program, settings, NONE) as pair,
        giving(settings, [new, *KEYS]) as (_, rotated),
    ):
        old_token = pair.visitor.log_in()["access_token"]
        with pair.gate.away():
            assert told_to_wait(pair.ask(old_token))
        held = pair.gate.hold(JWKS)
        assert told_to_wait(pair.ask(old_token)), "a service that hangs holds nobody up"
        held.release()
        assert pair.ask(old_token).status_code == 200
        pair.gate.reset(port_of(rotated))
        new_token = rotated.log_in()["access_token"]
        with pair.gate.away():
            assert pair.ask(old_token).status_code == 200, "its key is still known"
            assert told_to_wait(pair.ask(new_token))
        assert pair.ask(new_token).status_code == 200
        assert pair.ask(old_token).status_code == 200


@pytest.mark.parametrize("program", PROGRAMS)
def test_keys_that_are_none_are_no_reason_to_log_in_again(settings: Settings, program: str) -> None:
    """Whatever comes instead of the keys, the answer is a 503 until they are there."""
    with believing(program, settings, NONE) as pair:
        token = pair.visitor.log_in()["access_token"]
        for instead in (answer(503, "{}"), answer(200, "<p>Sorry.</p>", "text/html"), *NO_KEYS):
            pair.gate.rules = [Replace(JWKS, instead), Replace(JWKS, instead)]  # jose asks twice
            assert told_to_wait(pair.ask(token)), instead.body[:80]
        pair.gate.rules.clear()
        assert pair.ask(token).status_code == 200


def told_to_wait(answer: requests.Response) -> bool:
    """Tell whether it is a 503 that says when to come again: no 401, which would be a login."""
    assert error_code(answer) == (503, "service_unavailable")
    return int(answer.headers["Retry-After"]) > 0
