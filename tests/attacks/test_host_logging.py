"""The service inside a program that configures logging itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.servers import ROOT, clean_environment

CONFIGURATIONS = {
    "a host's own, by default": 'dictConfig({"version": 1})',
    "a host's root logger": 'dictConfig({"version": 1, "root": {"level": "CRITICAL"}})',
    "ours made quiet": 'dictConfig({"version": 1, "loggers": {"authapi": {"level": "CRITICAL"}}})',
    "one of ours made quiet": """dictConfig(
        {"version": 1, "loggers": {"authapi.security": {"level": "ERROR", "propagate": False}}})""",
    "a handler that does nothing": """dictConfig({"version": 1,
        "handlers": {"nothing": {"class": "logging.NullHandler"}},
        "loggers": {"authapi": {"handlers": ["nothing"]}}})""",
    "a filter": """(
        logging.getLogger("authapi.security").addFilter(lambda record: False),
        [each.addFilter(lambda record: False) for each in logging.getLogger("authapi").handlers],
        logging.getLogger("authapi").addHandler(logging.NullHandler()))""",
    "a file": 'fileConfig(io.StringIO("[loggers]\\nkeys=root\\n[handlers]\\nkeys=\\n'
    '[formatters]\\nkeys=\\n[logger_root]\\nhandlers=\\n"))',
    "all of it off": "logging.disable(logging.CRITICAL)",
    "a handler that takes problems only": """(
        logging.getLogger("authapi").handlers.clear(),
        logging.getLogger("authapi").addHandler(problems))""",
}
HOST = """
import io, logging
from logging.config import dictConfig, fileConfig
import authapi, authapi.app
problems = logging.StreamHandler()
problems.setLevel("ERROR")
{before}
app = authapi.create_app()
{after}
credentials = {{"username": "nobody", "password": "12345678"}}
answer = app.test_client().post("/authenticate", json=credentials)
print(answer.status_code)
"""


def events_of(environment: dict[str, str], *, before: str = "", after: str = "") -> list[str]:
    """Return the messages that a program logs of one failed login."""
    done = subprocess.run(
        [sys.executable, "-c", HOST.format(before=before, after=after)],
        cwd=ROOT,
        env=clean_environment(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "401\n"
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    return [line["message"] for line in lines if line["logger"] != "authapi.embedded"]


@pytest.mark.parametrize("configuration", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_hosts_logging_silences_no_security_event(
    environment: dict[str, str], configuration: str
) -> None:
    """S139: Events are logged whatever the host configures afterwards."""
    assert "login_failed" in events_of(environment, after=configuration)


def test_a_hosts_logging_before_it_makes_the_service_changes_nothing(
    environment: dict[str, str],
) -> None:
    """S139, S73: Loggers that the host disabled log events, requests and faults again."""
    configuration = 'dictConfig({"version": 1})'
    assert events_of(environment, before=configuration) == ["login_failed", "request"]


def test_an_event_is_logged_once(environment: dict[str, str]) -> None:
    """S75: It is not repeated, whether or not the host configures logging."""
    for configuration in ("", 'dictConfig({"version": 1, "disable_existing_loggers": False})'):
        assert events_of(environment, after=configuration) == ["login_failed", "request"]


def test_the_operators_level_is_kept_to(environment: dict[str, str]) -> None:
    """S139: The service's log has the level of `LOG_LEVEL`."""
    assert events_of({**environment, "LOG_LEVEL": "ERROR"}) == []
