"""The extension's pages, as users see and use them."""

import json
import re

from tests.extension import Json
from tests.extension.browser import Page
from tests.extension.translations import in_language
from tests.support.waiting import until

PASSWORD = "correct horse battery"

READY = "return document.body.dataset.ready && (document.documentElement.lang || 'en')"
"""The language of a page once it shows its first state."""

STATUS = "const { textContent: t, className: c } = document.getElementById('status');"


class Screen:
    """A page of the extension in front of its user."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._language = until(lambda: page.run(READY), "the page's first state")

    def fill(self, **fields: str) -> None:
        """Write into fields."""
        for name, value in fields.items():
            self._on(
                name,
                f"""element.value = {json.dumps(value)};
                element.dispatchEvent(new Event("input", {{ bubbles: true }}));""",
            )

    def text(self, element_id: str) -> str:
        """Return what an element says."""
        return str(self._on(element_id, "return element.textContent"))

    def value(self, element_id: str) -> str:
        """Return what stands in a field."""
        return str(self._on(element_id, "return element.value"))

    def attribute(self, element_id: str, name: str) -> str | None:
        """Return an attribute of an element."""
        found = self._on(element_id, f"return element.getAttribute({json.dumps(name)})")
        return None if found is None else str(found)

    def sees(self, element_id: str) -> bool:
        """Tell whether an element is to be seen."""
        return bool(self._on(element_id, "return element.checkVisibility()"))

    def has_the_keyboard_at(self, element_id: str) -> None:
        """Wait until an element has the focus, which may come a moment after it is shown."""
        where = "return document.activeElement.id"
        until(lambda: self.page.run(where) == element_id, f"the keyboard at {element_id}")

    def _on(self, element_id: str, body: str) -> Json:
        find = f"const element = document.getElementById({json.dumps(element_id)});"
        return self.page.run(f"{find} {body}")

    def status(self) -> str:
        """Return the status: its text, and its classes in brackets."""
        return str(self.page.run(f"{STATUS} return t + ' [' + c + ']'"))

    def buttons(self) -> list[str]:
        """Return what the buttons below the status say."""
        look = "return [...document.querySelectorAll('#remedies button')].map((b) => b.textContent)"
        return list(self.page.run(look))

    def reads(self, text: str, kind: str = "success") -> None:
        """Wait until the status says exactly this, in the page's language."""
        wanted = f"{in_language(self._language, text)} [show {kind}]"
        until(lambda: self.status() == wanted, f"the status {wanted!r}", instead=self.status)


class Popup(Screen):
    """The popup."""

    def register(self, username: str, password: str = PASSWORD) -> None:
        """Fill the form and press Register."""
        self.fill(username=username, password=password)
        self.page.click("register")

    def login(self, username: str, password: str = PASSWORD) -> None:
        """Fill the form and press Log in."""
        self.fill(username=username, password=password)
        self.page.click("login")

    def access(self) -> None:
        """Ask for the protected resource."""
        self.page.click("accessProtected")

    def logout(self) -> None:
        """Log out."""
        self.page.click("logout")

    def is_signed_in_as(self, username: str) -> None:
        """Wait until somebody is signed in."""
        until(lambda: self.sees("logout") and self.text("name") == username, f"{username} to be in")
        self.ends_idle()

    def is_signed_out(self) -> None:
        """Wait until nobody is signed in."""
        until(lambda: self.sees("login") and not self.sees("logout"), "nobody to be signed in")
        self.ends_idle()

    def ends_idle(self) -> None:
        """Wait until no button is at work."""
        busy = "return document.querySelector('[aria-busy]') === null"
        until(lambda: self.page.run(busy), "the buttons to come to rest")

    def seconds_left(self) -> int:
        """Return how long the access token lives, as the popup says it."""
        said = re.match(r"(?:(\d+) min )?(\d+) s", self.text("lifetime"))
        assert said, self.text("lifetime")
        return int(said[1] or 0) * 60 + int(said[2])


class Options(Screen):
    """The options."""

    def enter(self, address: str) -> None:
        """Write an address."""
        self.fill(address=address)


class Account(Screen):
    """The page of one's own account."""

    def rows(self, list_id: str) -> list[str]:
        """Return what stands in a list."""
        look = f"return [...document.querySelectorAll('#{list_id} p')].map((p) => p.textContent)"
        return list(self.page.run(look))
