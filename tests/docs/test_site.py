"""The documentation's site builds without warnings and needs no network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.extension.chromium import launched, patient
from tests.support.checkouts import copy_to
from tests.support.servers import ROOT

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]

INSTALLED = ".venv-docs/installed"
LOADED = {"src", "srcset", "data", "poster"}
ELSEWHERE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout, with what builds the site installed."""
    subprocess.run(["make", INSTALLED], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    copy = tmp_path_factory.mktemp("site") / "checkout"
    copy_to(copy)
    (copy / ".venv-docs").symlink_to(ROOT / ".venv-docs")
    return copy


@pytest.fixture(scope="module")
def site(checkout: Path) -> Path:
    """The site's folder."""
    done = built(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    return checkout / "build" / "docs"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


def built(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Build it by `make docs`."""
    return subprocess.run(
        ["make", "--old-file", INSTALLED, "docs"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


class Resources(HTMLParser):
    """The addresses of what a browser loads with a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loaded = LOADED | ({"href"} if tag in ("link", "image", "use") else set())
        self.found += [value for name, value in attrs if name in loaded and value]
        self.found += [url for name, value in attrs if name == "style" for url in urls(value or "")]


def urls(style: str) -> list[str]:
    """Return the addresses in a style sheet."""
    return re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", style)


def test_every_page_is_built(site: Path) -> None:
    """Each file of `docs/` becomes a page."""
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")}


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """No page loads a font, script, style or picture of another host."""
    loaded = {
        (path.name, url)
        for path in site.rglob("*.html")
        for url in Resources(path.read_text()).found
    }
    loaded |= {(path.name, url) for path in site.rglob("*.css") for url in urls(path.read_text())}
    assert len(loaded) > 100
    assert [found for found in loaded if ELSEWHERE.match(found[1])] == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="//cdn.example/a.js"></script>',
        '<link rel="preload" href="https://fonts.example/a.woff2">',
        '<p style="background: url(https://example.com/a.png)">',
    ],
)
def test_what_is_loaded_from_elsewhere_is_seen(text: str) -> None:
    """The check above can fail."""
    [found] = Resources(text).found
    assert ELSEWHERE.match(found)


def test_it_is_searched_without_a_network(site: Path, browser: Browser) -> None:
    """A search for a word finds its page, without requests to other hosts."""
    page = patient(browser.new_context(offline=True)).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("passkey")
    page.keyboard.press("Enter")
    page.get_by_text("Search finished").wait_for()  # until then results move
    page.locator("#search-results a", has_text="Passkeys").first.click()
    page.wait_for_url("**/passkeys.html*")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


FAULTS = [
    ("limits.md", "[nowhere](nowhere.md)", "nowhere"),
    ("limits.md", "[no heading](errors.md#no-heading)", "no-heading"),
    ("limits.md", "[no file](../no-file.py)", "no such file: no-file.py"),
    ("limits.md", "![no picture](no-picture.png)", "no-picture.png"),
    ("orphan.md", "# An orphan", "isn't included in any toctree"),
    ("index.md", "- [A missing page](missing.md)", "missing"),
]
"""Pages, what is wrong in them, and what is said of it."""


@pytest.fixture(scope="module")
def warnings(checkout: Path) -> list[str]:
    """What a build says that has all faults: each is a warning, and one of them fails it."""
    docs = checkout / "docs"
    before = {page: (docs / page).read_text() for page, *_ in FAULTS if (docs / page).exists()}
    for page, text, _ in FAULTS:
        with (docs / page).open("a") as file:
            file.write(f"\n{text}\n")
    done = built(checkout)
    for page in {page for page, *_ in FAULTS}:
        if page in before:
            (docs / page).write_text(before[page])
        else:
            (docs / page).unlink()
    assert done.returncode != 0
    return [line for line in done.stderr.splitlines() if "WARNING: " in line]


@pytest.mark.parametrize("fault", FAULTS, ids=[text for _, text, _ in FAULTS])
def test_what_leads_nowhere_is_a_failure(fault: tuple[str, str, str], warnings: list[str]) -> None:
    """A broken link or picture, and an unlisted or missing page, are errors."""
    page, _, said = fault
    assert [line for line in warnings if f"{page}:" in line and said in line]
