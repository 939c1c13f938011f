"""The collection, run by newman."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest

from authapi import create_app
from authapi.database import Database
from authapi.mail.servers import MailServer
from authapi.settings import Settings
from tests.conftest import services_of
from tests.postman import newman
from tests.support.apps import served
from tests.support.servers import flask_run, in_thread

pytestmark = pytest.mark.xdist_group("postman")


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[str]:
    """The address of a development server."""
    with flask_run(environment) as server:
        yield server.base_url


@pytest.fixture
def mailing(settings: Settings) -> Iterator[str]:
    """The address of a production server that sends its mails to a mail server."""
    with_mail = replace(
        settings,
        public_url="https://accounts.example",
        mail_servers=(MailServer("127.0.0.1", 25, "none"),),
        mail_from=Address("Example", "no-reply", "accounts.example"),
        mail_sweep="off",
    )
    app = create_app(with_mail)
    with in_thread(app) as url:
        yield url
    services_of(app)[Database].close()


def sent(report: dict[str, Any]) -> list[str]:
    """Return the names of the requests that were sent."""
    return [execution["item"]["name"] for execution in report["executions"]]


def left_out(report: dict[str, Any]) -> list[str]:
    """Return the tests that were left out: each says why."""
    return [
        test["assertion"]
        for execution in report["executions"]
        for test in execution["assertions"]
        if test.get("skipped")
    ]


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_request_passes_its_tests(server: str, tmp_path: Path, time: str) -> None:
    """S50, S51, S58: A second run on the same database passes as well."""
    report = newman.run(server, tmp_path / "report.json")
    assert report["failures"] == []
    tested = {
        execution["item"]["name"]: [test["assertion"] for test in execution["assertions"]]
        for execution in report["executions"]
    }
    assert list(tested) == [item["name"] for item in newman.requests()]
    assert all(len(tests) >= 3 for tests in tested.values()), tested
    assert left_out(report) == []


def test_the_recovery_runs_alone(server: str, tmp_path: Path) -> None:
    """The folder needs no other."""
    report = newman.run(server, tmp_path / "report.json", folder="Recovery")
    assert report["failures"] == []
    assert left_out(report) == []
    wanted = [item["name"] for item in newman.requests(newman.folder("Recovery"))]
    assert list(dict.fromkeys(sent(report))) == wanted


def test_the_second_factor_runs_alone(server: str, tmp_path: Path) -> None:
    """S104: The folder needs no other; its script computes the codes."""
    report = newman.run(server, tmp_path / "report.json", folder="Second factor")
    assert report["failures"] == []
    wanted = [item["name"] for item in newman.requests(newman.folder("Second factor"))]
    assert sent(report) == wanted


def test_without_passkeys_the_folder_says_so_and_leaves_the_rest_out(
    settings: Settings, tmp_path: Path
) -> None:
    """Without `WEBAUTHN_RP_ID` the run goes on with the next folder."""
    with served(replace(settings, webauthn_rp_id=None)) as visitor:
        report = newman.run(visitor.base_url, tmp_path / "report.json")
    assert report["failures"] == []
    assert sent(report)[-2:] == ["Ask for a passkey", "Features"]
    assert left_out(report)[0].startswith("this server has no passkeys")


def test_without_mail_the_recovery_says_so_and_leaves_the_rest_out(
    base_url: str, tmp_path: Path
) -> None:
    """The folder ends after its first request."""
    report = newman.run(base_url, tmp_path / "report.json")
    assert report["failures"] == []
    assert sent(report)[-2:] == ["Delete the account of the passkeys", "Features"]
    (said,) = left_out(report)
    assert said.startswith("this server mails no links for a new password")


def test_without_a_mailbox_the_recovery_says_so_and_leaves_the_rest_out(
    mailing: str, tmp_path: Path
) -> None:
    """In production no mailbox can be read."""
    report = newman.run(mailing, tmp_path / "report.json", folder="Recovery")
    assert report["failures"] == []
    assert sent(report) == ["Features", "Mailbox"]
    (said,) = left_out(report)
    assert said.startswith("no mailbox at this server")


def test_the_run_fails_where_something_else_answers(
    environment: dict[str, str], server: str, tmp_path: Path
) -> None:
    """Another server does not pass."""
    with pytest.raises(AssertionError, match="expected response to have status code 200"):
        newman.run(f"{server}/docs", tmp_path / "report.json")
