"""The metrics of one process."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.passwords.hashing import PasswordHasher
from authapi.settings import Settings
from authapi.version import __version__
from tests.conftest import services_of
from tests.metrics.scraping import TOKEN, asked, scrape
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.servers import ROOT, clean_environment

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = {
    name: set(re.findall(r"`(\w+)`", labels))
    for name, labels in re.findall(r"^\| `(authapi_\w+)` \| ([^|]*)\|", PAGE, re.M)
}


@pytest.fixture
def watched(settings: Settings) -> Iterator[Visitor]:
    """Someone who uses a service that counts, with a narrow limit."""
    counted = replace(
        settings, metrics_token=Secret(TOKEN), limit_login_failures=Rate.parse("2/hour")
    )
    with served(counted) as visitor:
        yield visitor


def test_without_a_token_there_is_no_such_address(visitor: Visitor) -> None:
    """Without METRICS_TOKEN it is a 404."""
    assert error_code(asked(visitor)) == (404, "not_found")


@pytest.mark.parametrize("wrong", [TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "é", ""])
def test_only_the_token_opens_it(watched: Visitor, wrong: str) -> None:
    """S43: Anything else gets a 401 with a challenge."""
    answer = watched.send("GET", "/metrics", headers={"Authorization": f"Bearer {wrong}".encode()})
    assert error_code(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert error_code(watched.send("GET", "/metrics")) == (401, "missing_token")


def test_a_users_token_does_not_open_it(watched: Visitor) -> None:
    """S33: Nor does METRICS_TOKEN open any other endpoint."""
    token = watched.log_in()["access_token"]
    assert asked(watched, token).status_code == 401
    assert watched.protected(TOKEN).status_code == 401


def test_every_outcome_is_counted(watched: Visitor) -> None:
    """Logins, refreshes, registrations and limits have their labels."""
    name = watched.new_user()
    first = watched.log_in(name)["refresh_token"]
    assert watched.register(name).status_code == 400
    second = watched.refresh(first, key="a-key-of-sixteen").json()["refresh_token"]
    assert watched.refresh(first, key="a-key-of-sixteen").json()["refresh_token"] == second
    assert watched.refresh(first).status_code == 400
    assert watched.refresh(second).status_code == 400
    wrong = [watched.authenticate(name, "not the password").status_code for _ in range(3)]
    assert wrong == [401, 401, 429]
    numbers = scrape(watched)
    counted = {
        (family, outcome): numbers.sum(f"authapi_{family}_total", outcome=outcome)
        for family, outcome in [
            ("logins", "succeeded"),
            ("logins", "failed"),
            ("refreshes", "refreshed"),
            ("refreshes", "repeated"),
            ("refreshes", "replayed"),
            ("refreshes", "refused"),
            ("registrations", "registered"),
            ("registrations", "refused"),
        ]
    }
    assert counted == {**dict.fromkeys(counted, 1), ("logins", "failed"): 2}
    assert numbers.sum("authapi_limit_refusals_total", reason="login_failures") == 1
    assert numbers.sum("authapi_build_info", version=__version__) == 1
    assert numbers.sum("authapi_password_hashes_in_progress") == 0
    assert numbers.sum("authapi_password_hash_seats_taken") == 0


def test_forged_tokens_are_counted_by_their_kind(watched: Visitor) -> None:
    """S133: Expired and valid tokens are not counted."""
    tokens = watched.log_in()
    assert watched.protected(tokens["access_token"]).status_code == 200
    for forged in ("x", tokens["refresh_token"], tokens["access_token"][:-3]):
        watched.protected(forged)
    watched.refresh(tokens["access_token"])
    watched.log_out("x")
    numbers = scrape(watched)
    assert numbers.sum("authapi_tokens_refused_total", kind="access_token") == 3
    assert numbers.sum("authapi_tokens_refused_total", kind="refresh_token") == 2


def test_a_full_bulkhead_is_counted(settings: Settings) -> None:
    """S12: The hashes in progress and the refusals are metrics."""
    full = replace(settings, metrics_token=Secret(TOKEN), hash_slots=1, hash_queue_limit=0)
    apps: list[Flask] = []
    with served(full, prepare=apps.append) as visitor:
        with services_of(apps[0])[PasswordHasher].admit(""):
            assert visitor.authenticate(fresh_name()).status_code == 503
            assert visitor.register(fresh_name()).status_code == 503
            numbers = scrape(visitor)
        assert numbers.sum("authapi_password_hash_seats_taken") == 1
        assert numbers.sum("authapi_password_hash_refusals_total") == 2
        assert scrape(visitor).sum("authapi_password_hash_seats_taken") == 0


def test_no_label_is_a_clients_choice(watched: Visitor) -> None:
    """S76: Unknown paths and methods add no series, and no label has a name or token."""
    tokens = watched.log_in(name := watched.new_user())
    paths = [f"/nothing-{fresh_name()}" for _ in range(20)] + ["/docs/%00", "/sessions/x%0Ay"]
    for path in paths:
        watched.send("GET", path)
    for method in ("BREW", "PROPFIND", f"M{fresh_name()}"):
        assert watched.send(method, "/healthz").status_code in {405, 501}
    numbers = scrape(watched)
    assert numbers.labels("method") <= {"GET", "POST", "other"}
    assert numbers.sum("authapi_requests_total", endpoint="unmatched") >= 20
    secrets = [
        name,
        tokens["access_token"],
        tokens["refresh_token"],
        TOKEN,
        "127.0.0.1",
        "nothing-",
    ]
    assert not [secret for secret in secrets if secret in numbers.text]


def test_the_documentation_lists_them(watched: Visitor) -> None:
    """It has each metric with its labels."""
    watched.authenticate(watched.new_user(), "not the password")
    families = scrape(watched).families
    told = {
        family.name + ("_total" if family.type == "counter" else ""): {
            label for sample in family.samples for label in sample.labels
        }
        - {"le"}
        for family in families
    }
    assert ROWS.keys() == told.keys()
    silent = {"authapi_limit_refusals_total", "authapi_mail_total"}  # none before the first
    assert {name: ROWS[name] for name in told if name not in silent} == {
        name: labels for name, labels in told.items() if name not in silent
    }


def test_it_is_described(watched: Visitor) -> None:
    """`/openapi.json` has it with its own security scheme, if it is on."""
    described = watched.send("GET", "/openapi.json").json()
    operation = described["paths"]["/metrics"]["get"]
    assert operation["security"] == [{"metricsToken": []}]
    assert set(operation["responses"]) >= {"200", "401"}
    assert "metricsToken" in described["components"]["securitySchemes"]


def test_nothing_of_it_is_loaded_unless_asked_for(environment: dict[str, str]) -> None:
    """Without METRICS_TOKEN the library is not imported."""
    program = (
        "import sys, wsgi; wsgi.app.test_client().get('/healthz');"
        "sys.exit('prometheus_client' in sys.modules or 'authapi.metrics.service' in sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=clean_environment(environment), check=True
    )


def test_links_for_a_new_password_are_counted(watched: Visitor) -> None:
    """They are counted by outcome."""
    body = {"token": "x", "new_password": "an entirely different password"}
    assert watched.post("/password/reset", body).status_code == 400
    assert scrape(watched).sum("authapi_resets_total", result="refused") == 1
    assert scrape(watched).sum("authapi_resets_total", result="reset") == 0


def test_passkeys_are_counted(watched: Visitor) -> None:
    """They are counted by outcome."""
    body = {"ceremony": "a.b.c", "credential": {"id": "x"}}
    assert watched.post("/authenticate/passkey", body).status_code == 401
    assert scrape(watched).sum("authapi_passkeys_total", result="refused") == 1
    assert scrape(watched).sum("authapi_passkeys_total", result="used") == 0
    assert scrape(watched).sum("authapi_tokens_refused_total", kind="wa+jwt") == 1
