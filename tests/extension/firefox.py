"""Firefox, driven by WebDriver BiDi."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import IO, Any

from tests.extension import Json
from tests.extension.bidi import Bidi
from tests.extension.browser import EXTENSION, OPEN_POPUP, Page, Scheme
from tests.support.waiting import DEADLINE, until

GECKO_ID = "password-auth-demo@authapi.example"
UUID = "11111111-2222-4333-8444-555555555555"
ORIGIN = f"moz-extension://{UUID}"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": " "}
PREFS: dict[str, Any] = {
    "extensions.webextensions.uuids": json.dumps({GECKO_ID: UUID}),
    "extensions.webextOptionalPermissionPrompts": False,
    "extensions.webextensions.keepStorageOnUninstall": True,
    "extensions.webextensions.keepUuidOnUninstall": True,
    "network.dns.localDomains": "api.example.test",
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}
LOADED = """if (document.readyState !== "complete")
    await new Promise((loaded) => addEventListener("load", loaded, { once: true }));"""
CLOSE_PANELS = """for (const asked of [...PopupNotifications._currentNotifications]) asked.remove();
const panels = [...document.querySelectorAll("panel")].filter(({ state }) => state !== "closed");
for (const panel of panels) panel.hidePopup();
return panels.map(({ id }) => id);"""
POLICY = f'WebExtensionPolicy.getByID("{GECKO_ID}").extension'


class FirefoxPage:
    """One tab of Firefox."""

    def __init__(self, browser: "Firefox", context: str) -> None:
        self._browser = browser
        self._bidi = browser.bidi
        self.context = context

    def run(self, body: str) -> Json:
        return self._bidi.run(self.context, body)

    def click(self, element_id: str, times: int = 1) -> None:
        find = f"document.getElementById({json.dumps(element_id)})"
        self.run(f'{find}.scrollIntoView({{ block: "nearest" }})')
        element = self._bidi.command(
            "browsingContext.locateNodes",
            context=self.context,
            locator={"type": "css", "value": f"#{element_id}"},
        )["nodes"][0]
        origin = {"type": "element", "element": {"sharedId": element["sharedId"]}}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}
        self._perform({"type": "pointer", "id": "mouse", "actions": [move, *press * times]})

    def press(self, *keys: str) -> None:
        values = [KEYS.get(key, key) for key in keys]
        actions = [{"type": kind, "value": v} for v in values for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keys", "actions": actions})

    def _perform(self, source: dict[str, Any]) -> None:
        self._bidi.command("input.performActions", context=self.context, actions=[source])

    def scheme(self, scheme: Scheme) -> None:
        self._browser.set_pref(
            "layout.css.prefers-color-scheme.content-override", 0 if scheme == "dark" else 1
        )
        dark = json.dumps(scheme == "dark")
        shown = f'return matchMedia("(prefers-color-scheme: dark)").matches === {dark}'
        until(lambda: self.run(shown), f"the {scheme} scheme")

    def size(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._bidi.command("browsingContext.setViewport", context=self.context, viewport=viewport)

    def screenshot(self) -> bytes:
        shot = self._bidi.command("browsingContext.captureScreenshot", context=self.context)
        return base64.b64decode(shot["data"])

    def close(self) -> None:
        self._bidi.command("browsingContext.close", context=self.context)


class Firefox:
    """One Firefox on a profile of its own, with the extension loaded as a temporary add-on."""

    name = "firefox"

    def __init__(self, program: str, profile: Path) -> None:
        self._program = program
        self._profile = profile
        prefs = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFS.items())
        (profile / "user.js").write_text("\n".join(prefs))
        self._start()

    def _start(self) -> None:
        options = ["--headless", "--no-remote", "--profile", str(self._profile)]
        remote = ["--remote-debugging-port", "0", "--remote-allow-system-access"]
        log = self._profile / "browser.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [self._program, *options, *remote],
                env=os.environ | {"HOME": str(self._profile)},  # as root it wants root's own
                stdout=output,
                stderr=output,
            )
        with log.open(encoding="utf-8", errors="replace") as lines:
            self.bidi = Bidi(until(lambda: listening_at(lines), "Firefox to listen"))
        source = {"type": "path", "path": str(EXTENSION)}
        self.bidi.command("webExtension.install", extensionData=source)
        chrome = self.bidi.command("browsingContext.getTree", **{"moz:scope": "chrome"})
        self._chrome = chrome["contexts"][0]["context"]
        self.console: Page = self.open_address(f"{ORIGIN}/popup.html")

    def open(self, page: str) -> Page:
        """The extension itself opens its pages: an empty tab would begin in another process."""
        before = self._tabs(f"{ORIGIN}/{page}")
        self.console.run(f"await chrome.tabs.create({{ url: {json.dumps(page)} }})")

        def more() -> list[str]:
            return [tab for tab in self._tabs(f"{ORIGIN}/{page}") if tab not in before]

        opened = FirefoxPage(self, until(more, f"{page} to open")[0])
        opened.run(LOADED)
        return opened

    def find(self, page: str) -> Page | None:
        return self.find_address(f"{ORIGIN}/{page}")

    def find_address(self, address: str) -> Page | None:
        contexts = self._tabs(address)
        return FirefoxPage(self, contexts[0]) if contexts else None

    def _tabs(self, address: str) -> list[str]:
        tabs = self.bidi.command("browsingContext.getTree")["contexts"]
        return [tab["context"] for tab in tabs if tab["url"] == address]

    def open_address(self, address: str) -> Page:
        context = self.bidi.command("browsingContext.create", type="tab")["context"]
        self.bidi.command("browsingContext.navigate", context=context, url=address, wait="complete")
        return FirefoxPage(self, context)

    def move_clock(self, seconds: float) -> None:
        """The background page is within reach of the extension's other pages."""
        self.console.run(
            f"""const {{ Date }} = await chrome.runtime.getBackgroundPage();
            Date.original ??= Date.now;
            Date.now = () => Date.original() + {seconds * 1000};"""
        )

    def in_worker(self, statements: str) -> None:
        self.console.run(
            f"""const worker = await window.chrome.runtime.getBackgroundPage();
            const {{ chrome, Promise, Error }} = worker;
            {statements}"""
        )

    def kill_worker(self) -> None:
        self.bidi.run(
            self._chrome, f"await {POLICY}.terminateBackground({{ignoreDevToolsAttached: true}})"
        )

    def asks(self, body: str) -> Json:
        """Run the body of an asynchronous function in the browser itself and return its JSON."""
        return self.bidi.run(self._chrome, body)

    def set_pref(self, name: str, value: int) -> None:
        """Change a number in about:config."""
        self.bidi.run(self._chrome, f"Services.prefs.setIntPref({json.dumps(name)}, {value})")

    def open_popup(self) -> str:
        """What Firefox itself asks or tells stands in the way until somebody closes it."""
        closed = self.asks(CLOSE_PANELS)
        done = str(self.console.run(OPEN_POPUP))
        return done if done == "open" else f"{done} (closed: {closed})"

    def restart(self) -> None:
        """A temporary add-on is loaded anew after a restart; two prefs keep its storage."""
        self.quit()
        self._start()

    def allow(self, host: str) -> None:
        """The profile answers every such question with yes."""

    def quit(self) -> None:
        self.bidi.close()
        self._process.wait(DEADLINE)


def listening_at(lines: IO[str]) -> str | None:
    """Return the address that Firefox says it listens at."""
    for line in lines:
        if "WebDriver BiDi listening on " in line:
            return line.split()[-1]
    return None
