"""An older popup without support for second factors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.actors import Owner
from tests.extension.chromium import Chromium
from tests.extension.gate import Gate
from tests.extension.screens import PASSWORD
from tests.extension.service import Service
from tests.extension.two_steps import enrolled
from tests.support.waiting import until

pytestmark = [
    pytest.mark.parametrize("browser", ["chromium"], indirect=True, scope="session"),
]

OLDER = Path(__file__).parent / "older"


@pytest.fixture(scope="module")
def older_browser(
    browser: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """A browser that has the older popup."""
    other = browser.beside(tmp_path_factory.mktemp("older"), OLDER)
    yield other
    other.quit()


@pytest.fixture
def older(older_browser: Chromium, gate: Gate, service: Service) -> Iterator[Owner]:
    """Its owner, with an extension that has just been installed."""
    owner = Owner(older_browser, gate, service)
    owner.knows_address(gate.address)
    yield owner
    owner.leave()


def test_it_logs_in_by_password_comma_code(older: Owner) -> None:
    """S111: Its message explains how; codes of the app and recovery codes work."""
    person = enrolled(older)
    popup = older.popup()
    popup.login(person.name)
    said = popup.status
    until(lambda: "password,123456" in said(), "the server's words", instead=said)
    assert said().startswith("Authentication failed: This account has a second step.")
    for code in (person.app.code(), person.recovery_codes[4]):
        popup.login(person.name, f"{PASSWORD},{code}")
        popup.reads("Authentication successful.")
        assert older.stored("local")["user"] == person.name
        popup.access()
        popup.reads(f"Hello, {person.name}!")
        popup.logout()
        popup.reads("Logged out successfully.")


def test_a_wrong_code_is_told_as_any_failure(older: Owner) -> None:
    """It shows the server's message."""
    person = enrolled(older)
    popup = older.popup()
    popup.login(person.name, f"{PASSWORD},000000")
    popup.reads("Authentication failed: That code is wrong, or its time is over.", "error")


def test_an_account_without_a_second_step_notices_nothing(older: Owner) -> None:
    """A comma and six digits may be the end of a password."""
    popup = older.popup()
    popup.register(name := "older-client", password := f"{PASSWORD},123456")
    popup.reads("Registration successful.")
    popup.login(name, password)
    popup.reads("Authentication successful.")
    popup.access()
    popup.reads(f"Hello, {name}!")
