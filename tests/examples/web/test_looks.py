"""The appearance and the accessibility of `examples/web/`."""

from __future__ import annotations

import struct
from typing import Literal

import pytest

from tests.examples.web.site import Person, asks_for_code, with_app
from tests.extension.gate import Gate
from tests.support.actors import PASSWORD, fresh_name
from tests.support.clock import MovedClock
from tests.support.servers import ROOT
from tests.support.waiting import until

PICTURES = ROOT / "build" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKING = (ROOT / "tests" / "extension" / "looking.js").read_text("utf-8")
VIOLATIONS = """const { violations } = await axe.run();
return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["form", "problem", "code", "account"])
def test_it_looks_good_and_everybody_can_use_it(
    person: Person,
    gate: Gate,
    clock: MovedClock,
    state: str,
    scheme: Literal["light", "dark"],
) -> None:
    """Axe finds nothing, contrast is sufficient, and nothing scrolls sideways."""
    if state == "problem":
        person.fills_in("ann", "short")
        person.clicks("Register")
        person.reads("Password must be at least 8 characters long.")
    if state == "code":
        asks_for_code(person, with_app(gate, clock))
        person.types_code("not a code")
        until(lambda: person.page.inner_text("#codeProblem"), "the words beside the field")
    if state == "account":
        person.logs_in(name := fresh_name())
        person.opens_what_is_protected()
        person.reads(f"Hello, {name}!")
    person.page.emulate_media(color_scheme=scheme)
    person.page.set_viewport_size({"width": 360, "height": 640})
    assert person.run("return document.documentElement.scrollWidth") == 360
    assert person.run(f"{AXE.read_text()}; {VIOLATIONS}") == []
    assert person.run(f"{LOOKING}; return flaws();") == []
    person.page.set_viewport_size({"width": 900, "height": 640})
    picture = person.page.screenshot()
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"web-{state}-{scheme}.png").write_bytes(picture)
    assert struct.unpack(">II", picture[16:24]) == (900, 640)


def test_the_keyboard_is_enough(person: Person) -> None:
    """A login works with Tab and Enter alone."""
    visitor_name = fresh_name()
    person.logs_in(visitor_name)
    person.clicks("Log out")
    person.reads("You are logged out.")
    person.has_the_keyboard_at("username")
    person.page.keyboard.type(visitor_name)
    person.page.keyboard.press("Tab")
    person.page.keyboard.type(PASSWORD)
    person.page.keyboard.press("Enter")
    person.reads("You are logged in.")
    person.has_the_keyboard_at("protected")
    person.page.keyboard.press("Enter")
    person.reads(f"Hello, {visitor_name}!")
