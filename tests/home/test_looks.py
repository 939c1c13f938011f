"""The page at `/` in a browser."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import ViewportSize, sync_playwright

from tests.extension.chromium import launched, patient
from tests.support.servers import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKING = (ROOT / "tests" / "extension" / "looking.js").read_text("utf-8")
VIOLATIONS = """const { violations } = await axe.run();
return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);"""


@pytest.mark.external
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_looks_good_and_everybody_can_use_it(
    base_url: str, scheme: Literal["light", "dark"]
) -> None:
    """Axe finds nothing, contrast is sufficient, and nothing scrolls sideways."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        sizes: ViewportSize = {"width": 360, "height": 640}
        page = patient(browser.new_context(color_scheme=scheme, viewport=sizes)).new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.goto(base_url)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        run = "async () => {{ {0}; {1} }}"
        assert page.evaluate(run.format(AXE.read_text(), VIOLATIONS)) == []
        assert page.evaluate(run.format(LOOKING, "return flaws();")) == []
        assert page.evaluate("getComputedStyle(document.querySelector('main')).display") == "grid"
        assert problems == []
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/docs")
        browser.close()
