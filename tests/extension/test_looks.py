"""The appearance and the accessibility of every state, in light and dark.

Each state is reached once for each browser; the pictures are in `build/screenshots/`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.extension.actors import Owner
from tests.extension.browser import Browser, Scheme
from tests.extension.gate import Gate
from tests.extension.screens import Screen
from tests.extension.service import ROOT, Service
from tests.extension.states import STATES

PICTURES = ROOT / "build" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKING = (Path(__file__).parent / "looking.js").read_text("utf-8")
WIDTH_AND_HEIGHT = """const root = document.documentElement;
return [root.scrollWidth, Math.ceil(document.body.getBoundingClientRect().height)];"""
VIOLATIONS = """const { violations } = await axe.run();
return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);"""

ROOMS = {"options": (640, 640), "account": (640, 2400), "passkey": (640, 640)}
"""Pages that are not the popup."""

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def room_of(state: str) -> tuple[int, int]:
    """Return the most room that a page may take in a state."""
    return ROOMS.get(state.split("_")[0], (360, 600))


@dataclass
class Look:
    """A screen in one of its states, and the most room that it may take."""

    name: str
    screen: Screen
    room: tuple[int, int]


@pytest.fixture(scope="module", params=STATES)
def look(
    request: pytest.FixtureRequest, browser: Browser, open_gate: Gate, service: Service
) -> Iterator[Look]:
    """Every state, one after the other."""
    state = str(request.param)
    open_gate.reset(service.port)
    owner = Owner(browser, open_gate, service)
    owner.fresh()
    screen = STATES[state](owner)
    room = room_of(state)
    screen.page.size(*room)
    yield Look(f"{browser.name}-{state}", screen, room)
    open_gate.reset(service.port)
    owner.leave()


def test_every_state_fits(look: Look) -> None:
    """The popup needs at most 360 by 600 pixels, the options no sideways scrolling."""
    width, height = look.screen.page.run(WIDTH_AND_HEIGHT)
    assert width <= look.room[0]
    assert height <= look.room[1]
    assert look.screen.page.run(f"{LOOKING}; return clipped();") == []


@SCHEMES
def test_every_state_has_its_picture(look: Look, scheme: Scheme) -> None:
    """Each run writes a picture of each state."""
    _, height = look.screen.page.run(WIDTH_AND_HEIGHT)
    look.screen.page.size(look.room[0], height)
    look.screen.page.scheme(scheme)
    picture = look.screen.page.screenshot()
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{look.name}-{scheme}.png").write_bytes(picture)
    assert struct.unpack(">II", picture[16:24]) == (look.room[0], height)


@SCHEMES
def test_axe_finds_nothing(look: Look, scheme: Scheme) -> None:
    """Axe reports no violation."""
    look.screen.page.scheme(scheme)
    if not look.screen.page.run("return 'axe' in window"):
        look.screen.page.run(AXE.read_text("utf-8"))
    assert look.screen.page.run(VIOLATIONS) == []


@SCHEMES
def test_what_axe_does_not_see(look: Look, scheme: Scheme) -> None:
    """Labels, contrast, borders, focus and the size of targets are checked."""
    look.screen.page.scheme(scheme)
    assert look.screen.page.run(f"{LOOKING}; return flaws();") == []
