"""Every state in German: nothing is cut off, even in large letters.

The pictures are in `build/screenshots/`.
"""

import json
import shutil
from collections.abc import Iterator

import pytest

from tests.extension.actors import NAMES, Owner
from tests.extension.browser import EXTENSION, Browser, Scheme
from tests.extension.chromium import Chromium
from tests.extension.gate import Gate
from tests.extension.screens import PASSWORD, Screen
from tests.extension.service import Service
from tests.extension.states import STATES
from tests.extension.test_looks import LOOKING, PICTURES, WIDTH_AND_HEIGHT, room_of
from tests.support.waiting import until

pytestmark = [
    pytest.mark.parametrize("browser", ["chromium"], indirect=True, scope="session"),
]

CLIPPED = f"{LOOKING}; return clipped();"
ON_ONE_LINE = """const [keep, forgot] = ["keep", "forgot"].map((id) => {
  const { top, height } = document.getElementById(id).getBoundingClientRect();
  return top + height / 2;
});
return Math.abs(keep - forgot) < 4;"""
"""Where the link came later it would push down what is below."""

LARGE = "document.documentElement.style.fontSize = '200%'"
SCHEMES: list[Scheme] = ["light", "dark"]
LARGEST_POPUP = (800, 600)
"""What Chromium gives a popup at most."""


@pytest.fixture(scope="module")
def german(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with a copy of the extension that has German only."""
    folder = tmp_path_factory.mktemp("german") / "extension"
    shutil.copytree(EXTENSION, folder)
    shutil.rmtree(folder / "_locales" / "en")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"default_locale": "de"}), "utf-8")
    other = browser.beside(tmp_path_factory.mktemp("profile"), folder)
    yield other
    other.quit()


@pytest.fixture
def owner(german: Browser, gate: Gate, service: Service) -> Iterator[Owner]:
    """The owner of that browser."""
    owner = Owner(german, gate, service)
    owner.fresh()
    yield owner
    owner.leave()


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off(owner: Owner, state: str) -> None:
    """The popup needs at most 360 by 600 pixels, and 800 in width with double letters."""
    screen = STATES[state](owner)
    room = room_of(state)
    screen.page.size(*room)
    width, height = screen.page.run(WIDTH_AND_HEIGHT)
    for scheme in SCHEMES:
        screen.page.scheme(scheme)
        picture(screen, f"german-{state}-{scheme}", (room[0], height))
    assert width <= room[0]
    assert height <= room[1]
    assert screen.page.run(CLIPPED) == []
    screen.page.run(LARGE)
    screen.page.size(*LARGEST_POPUP)
    width, height = screen.page.run(WIDTH_AND_HEIGHT)
    picture(screen, f"german-{state}-large", (LARGEST_POPUP[0], height))
    assert width <= LARGEST_POPUP[0]
    assert screen.page.run(CLIPPED) == []


def picture(screen: Screen, name: str, size: tuple[int, int]) -> None:
    """Write a picture of all of a page."""
    screen.page.size(*size)
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(screen.page.screenshot())


def test_the_whole_way_is_german(owner: Owner) -> None:
    """Texts, numbers and the `lang` attribute are German."""
    popup = owner.popup()
    assert popup.page.run("return document.documentElement.lang") == "de"
    assert popup.text("login") == "Anmelden"
    until(lambda: popup.sees("forgot"), "the link for a forgotten password")
    assert popup.page.run(ON_ONE_LINE)
    popup.register("n" * 65)
    long = "Registrierung fehlgeschlagen: Der Benutzername darf höchstens 64 Zeichen lang sein."
    popup.reads(long, "error")
    name = owner.registered(next(NAMES))
    popup.login(name, "a wrong password")
    wrong = "Anmeldung fehlgeschlagen: Benutzername oder Passwort ist falsch."
    popup.reads(wrong, "error")
    popup.login(name, PASSWORD)
    popup.is_signed_in_as(name)
    assert popup.status() == "Anmeldung erfolgreich. [show success]"
    assert popup.text("lifetime").startswith("noch 1")
    account = owner.account()
    assert "Anmeldung erfolgreich" in account.rows("events")
    assert account.text("secondStepSaid").startswith("Aus")
    popup.logout()
    popup.reads("Logged out successfully.")
    assert popup.status() == "Abmeldung erfolgreich. [show success]"
