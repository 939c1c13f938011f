"""What the scenarios need of a browser; `chromium.py` and `firefox.py` each know one way to it."""

import hashlib
from pathlib import Path
from typing import Literal, Protocol

from tests.extension import Json

EXTENSION = Path(__file__).resolve().parents[2] / "extension"

Scheme = Literal["light", "dark"]

OPEN_POPUP = "return await chrome.action.openPopup().then(() => 'open', String)"


class Page(Protocol):
    """One tab."""

    def run(self, body: str) -> Json:
        """Run the body of an asynchronous function in the page and return its JSON."""

    def click(self, element_id: str, times: int = 1) -> None:
        """Press the mouse on an element, once or in quick succession."""

    def press(self, *keys: str) -> None:
        """Press keys, one after the other: `Tab`, `Enter`, `Space`, or a character."""

    def scheme(self, scheme: Scheme) -> None:
        """Show the page in light or in dark."""

    def size(self, width: int, height: int) -> None:
        """Give the page a size."""

    def screenshot(self) -> bytes:
        """Return a PNG of what is to be seen."""

    def close(self) -> None:
        """Close the tab."""


class Browser(Protocol):
    """One running browser with the extension in it."""

    name: str
    console: Page
    """A page of the extension that stays open, to look into its storage."""

    def open(self, page: str) -> Page:
        """Open a page of the extension."""

    def find(self, page: str) -> Page | None:
        """Return a page of the extension that is open already."""

    def find_address(self, address: str) -> Page | None:
        """Return a page of the web that is open already."""

    def open_address(self, address: str) -> Page:
        """Open a page of the web."""

    def move_clock(self, seconds: float) -> None:
        """Let the worker's clock be wrong by so much."""

    def in_worker(self, statements: str) -> None:
        """Run statements in the worker."""

    def kill_worker(self) -> None:
        """End the worker, whatever it is doing."""

    def open_popup(self) -> str:
        """Open the popup at its button; return "open", or why the browser did not."""

    def restart(self) -> None:
        """Quit the browser and start it again on the same profile."""

    def allow(self, host: str) -> None:
        """Answer the browser's question about a host beforehand: yes."""

    def quit(self) -> None:
        """Quit."""


def unpacked_id(folder: Path) -> str:
    """Return the id that Chromium gives an unpacked extension."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)
