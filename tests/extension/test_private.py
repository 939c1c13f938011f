"""Private windows leave no trace in normal ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.actors import NAMES, Owner
from tests.extension.browser import EXTENSION, Browser
from tests.extension.chromium import Chromium
from tests.extension.firefox import POLICY, Firefox
from tests.extension.gate import Gate
from tests.extension.private_window import PrivatePage
from tests.extension.screens import PASSWORD
from tests.extension.service import Service
from tests.support.waiting import until


@pytest.fixture
def chromium(browser: Chromium, tmp_path: Path) -> Iterator[Chromium]:
    """A Chromium whose extension runs in private windows too."""
    other = browser.beside(tmp_path, EXTENSION)
    other.allow_private()
    yield other
    other.quit()


def sent(page: PrivatePage, request: str) -> dict[str, object]:
    """Return the reply of the private window's own worker."""
    return dict(page.run(f"return await chrome.runtime.sendMessage({request})"))


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_a_login_in_a_private_window_stays_there(
    chromium: Chromium, gate: Gate, service: Service
) -> None:
    """It is not on disk, not in normal windows, and ends with its window (S78)."""
    owner = Owner(chromium, gate, service)
    owner.knows_address(gate.address)
    name = owner.registered(next(NAMES))
    private = chromium.open_private("popup.html")
    until(lambda: private.run("return document.body?.dataset.ready"), "the private popup")
    login = f"""{{ type: "login", username: "{name}", password: "{PASSWORD}", keep: true }}"""
    assert sent(private, login)["ok"]
    shown = "return document.getElementById('name').textContent"
    until(lambda: private.run(shown) == name, "the name in the popup")
    assert sent(private, '{ type: "access" }')["message"] == f"Hello, {name}!"
    stored = f"{owner.stored('local')} {owner.stored('session')}"
    assert owner.stored("local") == {"address": gate.address}
    for secret in (name, gate.tokens()["refresh_token"], gate.tokens()["access_token"]):
        assert secret not in stored
    owner.popup().is_signed_out()


@pytest.mark.parametrize("browser", ["firefox"], indirect=True)
def test_firefox_keeps_it_out_of_private_windows(browser: Browser) -> None:
    """Firefox has one worker for all windows, so private ones are excluded."""
    assert isinstance(browser, Firefox)
    assert browser.asks(f"return {POLICY}.manifest.incognito") == "not_allowed"
