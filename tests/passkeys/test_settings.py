"""The settings of passkeys: domain and origins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from authapi import create_app
from authapi.factors.models import Factors
from authapi.factors.rules import ended_with
from authapi.passkeys.rules import counter_fell, is_allowed, may_stand_alone, without
from authapi.settings import DEVELOPMENT, PRODUCTION, Settings, SettingsError
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.conftest import Member, challenge, log_in_alone
from tests.support.actors import Visitor, error_code
from tests.support.apps import served

CHROMIUM = f"chrome-extension://{'a' * 32}"
FIREFOX = f"moz-extension://{'p' * 64}"
SITE = "https://accounts.example"


@pytest.mark.parametrize(
    ("origin", "production", "development"),
    [
        (SITE, True, True),
        ("https://accounts.example:8443", False, False),
        ("https://a.accounts.example", False, False),
        ("http://localhost:8000", False, True),
        ("http://localhost", False, True),
        ("https://localhost", False, False),
        ("http://localhost.evil.example", False, False),
        ("http://127.0.0.1:8000", False, False),
        (CHROMIUM, False, True),
        (FIREFOX, False, True),
        (f"{FIREFOX}a", False, False),
        ("moz-extension://c0ffee00-0000-4000-8000-000000000000", False, False),
        ("", False, False),
        ("null", False, False),
    ],
)
def test_an_origin_is_allowed_or_not(origin: str, *, production: bool, development: bool) -> None:
    """S114: Named ones are; in development, this machine and extensions as well."""
    assert is_allowed(origin, [SITE], development=False) is production
    assert is_allowed(origin, [SITE], development=True) is development


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ({}, ()),
        ({"webauthn_rp_id": "accounts.example"}, (SITE,)),
        (
            {"webauthn_rp_id": "example", "public_url": "https://accounts.example/auth"},
            ("https://example", SITE),
        ),
        (
            {"webauthn_rp_id": "other.example", "public_url": SITE},
            ("https://other.example",),
        ),
        ({"webauthn_rp_id": "example", "webauthn_origins": (CHROMIUM,)}, (CHROMIUM,)),
    ],
)
def test_origins_have_a_default(
    settings: Settings, given: dict[str, Any], origins: tuple[str, ...]
) -> None:
    """They are the domain itself, and the service's address if it is of the domain."""
    own = replace(settings, **{"webauthn_rp_id": None, **given})
    assert own.passkey_origins == origins


@pytest.mark.parametrize(
    "name", ["http://a.example", "a.example:443", "127.0.0.1", "A.example", "a..example", "*"]
)
def test_an_rp_id_is_a_domain(settings: Settings, name: str) -> None:
    """An IP address is refused (WebAuthn, 5.1.2)."""
    environ = {"AUTHAPI_ENV": DEVELOPMENT, "WEBAUTHN_RP_ID": name}
    with pytest.raises(SettingsError, match="WEBAUTHN_RP_ID must be a domain"):
        Settings.from_environ(environ)


@pytest.mark.parametrize(
    "origin",
    ["http://a.example", "https://a.example/", "*", f"{FIREFOX}a", "http://localhost:8000"],
)
def test_an_origin_is_exact(origin: str) -> None:
    """S114: Patterns, paths and plain http are refused."""
    environ = {"AUTHAPI_ENV": DEVELOPMENT, "WEBAUTHN_ORIGINS": origin}
    with pytest.raises(SettingsError, match="is not an exact origin"):
        Settings.from_environ(environ)


def test_origins_alone_do_not_start(settings: Settings) -> None:
    """S77: WEBAUTHN_RP_ID is needed as well."""
    own = replace(settings, webauthn_rp_id=None, webauthn_origins=(SITE,))
    with pytest.raises(SettingsError, match="WEBAUTHN_RP_ID is missing"):
        create_app(own)


def test_without_a_domain_there_are_none_in_production(settings: Settings) -> None:
    """Their endpoints are 404, and everything else works."""
    off = replace(settings, environment=PRODUCTION, webauthn_rp_id=None)
    with served(off) as visitor:
        told = visitor.send("GET", "/features").json()
        assert (told["passkeys"], told["rp_id"]) == (False, None)
        member = Member(visitor, visitor.new_user())
        member.log_in()
        for method, path in (
            ("POST", "/authenticate/passkey"),
            ("POST", "/authenticate/passkey/options"),
            ("POST", "/me/passkeys"),
            ("POST", "/me/passkeys/options"),
            ("PUT", "/me/second-factor"),
            ("GET", "/.well-known/webauthn"),
        ):
            assert error_code(member.ask(method, path)) == (404, "not_found")
        assert member.factors()["passkeys"] == []
        shown = {"ceremony": "x", "credential": {}}
        body = {"username": member.name, "password": "correct horse battery", "passkey": shown}
        assert error_code(visitor.post("/authenticate", body)) == (401, "invalid_passkey")
        assert error_code(member.ask("POST", "/reauthenticate", passkey=shown)) == (
            *(401, "invalid_passkey"),
        )


def test_a_development_server_takes_localhost_and_extensions(settings: Settings) -> None:
    """No setting is needed."""
    own = replace(settings, environment=DEVELOPMENT, webauthn_rp_id=None)
    with served(own) as visitor:
        assert visitor.send("GET", "/features").json()["rp_id"] == "localhost"
        for origin in ("http://localhost:8000", CHROMIUM, FIREFOX):
            member, device = Member(visitor, visitor.new_user()), Authenticator(origin=origin)
            member.log_in()
            member.with_passkey(device)
            assert log_in_alone(visitor, device).status_code == 200
            assert error_code(log_in_alone(visitor, device, origin="http://127.0.0.1:8000")) == (
                *(401, "invalid_passkey"),
            )


def test_related_origins_are_told(settings: Settings) -> None:
    """The file lists the origins of sites and may be cached (WebAuthn 5.11)."""
    own = replace(settings, webauthn_origins=(SITE, CHROMIUM, "https://other.example"))
    with served(own) as visitor:
        answer = visitor.send("GET", "/.well-known/webauthn")
        assert answer.json() == {"origins": [SITE, "https://other.example"]}
        assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_the_service_tells_that_it_takes_them(visitor: Visitor) -> None:
    """`/features` says so, for clients to show a button."""
    told = visitor.send("GET", "/features").json()
    assert (told["passkeys"], told["rp_id"], told["totp"]) == (True, "accounts.example", True)
    assert challenge(visitor)["options"]["rpId"] == "accounts.example"


@pytest.mark.parametrize(
    ("stored", "sent", "fell"),
    [(0, 0, False), (0, 1, False), (1, 2, False), (1, 1, True), (2, 1, True), (1, 0, True)],
)
def test_a_counter_only_grows(stored: int, sent: int, *, fell: bool) -> None:
    """S116: A counter that stays at zero is allowed."""
    assert counter_fell(stored, sent) is fell


def test_what_is_confirmed_in_a_living_epoch_stands_alone() -> None:
    """S119: The epochs of passkey and account decide."""
    factors = Factors(passkeys_since=3)
    assert [may_stand_alone(epoch, factors) for epoch in (2, 3, 4)] == [False, True, True]
    assert may_stand_alone(0, Factors())


def test_the_last_second_factor_takes_its_codes_along() -> None:
    """S108: Before the last one they are kept."""
    both = Factors(passkeys=("a", "b"), passkeys_required=True, recovery={"1": "hash"})
    one = without(both, "a")
    assert ended_with(both, one) == ()
    assert ended_with(one, without(one, "b")) == ("second_factor", "factors.recovery")
    assert without(one, "b").passkeys_required is False
