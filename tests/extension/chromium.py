"""Chromium, driven by Playwright."""

import json
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright, Worker
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as PlaywrightPage

from tests.extension import Json
from tests.extension.browser import EXTENSION, OPEN_POPUP, Page, Scheme, unpacked_id
from tests.extension.private_window import PrivatePage
from tests.support.tools import program
from tests.support.waiting import DEADLINE, until

KEYS = {"Space": " "}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
PREFERENCES = {"extensions": {"ui": {"developer_mode": True}}}
HOSTS = "MAP api.example.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",  # pictures need no process of their own
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules={HOSTS}",
]


PATIENCE = DEADLINE * 1000
"""Milliseconds for whatever Playwright waits for; its own 30 s are few on a busy machine."""


def launched(playwright: Playwright) -> Browser:
    """Return a running Chromium."""
    path = program("chromium")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=PATIENCE)


def patient(context: BrowserContext) -> BrowserContext:
    """Have everything in a browser's context waited for as long as anything is."""
    context.set_default_timeout(PATIENCE)
    return context


class ChromiumPage:
    """One tab of Chromium."""

    def __init__(self, page: PlaywrightPage) -> None:
        self._page = page

    def run(self, body: str) -> Json:
        return self._page.evaluate(f"async () => {{ {body} }}")

    def click(self, element_id: str, times: int = 1) -> None:
        self._page.click(f"#{element_id}", click_count=times, force=True)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(KEYS.get(key, key))

    def scheme(self, scheme: Scheme) -> None:
        self._page.emulate_media(color_scheme=scheme)

    def force_colours(self) -> None:
        """Show the page in colours that its reader has chosen for everything."""
        self._page.emulate_media(forced_colors="active")

    def size(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    def screenshot(self) -> bytes:
        return self._page.screenshot()

    def close(self) -> None:
        self._page.close()

    def has_authenticator(self) -> None:
        """Give the tab an authenticator of its own, whose owner agrees to everything."""
        session = self._page.context.new_cdp_session(self._page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


class Chromium:
    """One Chromium on a profile of its own, with the extension loaded unpacked."""

    name = "chromium"

    def __init__(
        self, playwright: Playwright, program: str, profile: Path, folder: Path = EXTENSION
    ) -> None:
        self._playwright = playwright
        self._program = program
        self._profile = profile
        self._folder = folder
        self._id = unpacked_id(folder)
        (profile / "Default").mkdir()
        (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
        self._start()

    def _start(self) -> None:
        self._context = patient(
            self._playwright.chromium.launch_persistent_context(
                self._profile,
                executable_path=self._program,
                headless=True,
                args=[*ARGUMENTS, f"--load-extension={self._folder}"],
                ignore_default_args=["--disable-extensions"],
                timeout=PATIENCE,
            )
        )
        page = self._context.new_page()
        page.goto(self._address("popup.html"))
        self.console: Page = ChromiumPage(page)
        self._debugger = self._context.new_cdp_session(page)
        self._debugger.send("ServiceWorker.enable")

    def _address(self, page: str) -> str:
        return f"chrome-extension://{self._id}/{page}"

    def open(self, page: str) -> Page:
        """The extension itself opens its pages: an empty tab would begin in another process."""
        with self._context.expect_page() as opened:
            self.console.run(f"await chrome.tabs.create({{ url: {json.dumps(page)} }})")
        opened.value.wait_for_url(self._address(page))
        return ChromiumPage(opened.value)

    def find(self, page: str) -> Page | None:
        return self.find_address(self._address(page))

    def find_address(self, address: str) -> Page | None:
        self.console.run("")  # hear of tabs that have been opened
        pages = [tab for tab in self._context.pages if tab.url == address]
        return ChromiumPage(pages[0]) if pages else None

    def open_address(self, address: str) -> Page:
        page = self._context.new_page()
        page.goto(address)
        return ChromiumPage(page)

    def move_clock(self, seconds: float) -> None:
        self.in_worker(
            f"""Date.original ??= Date.now;
            Date.now = () => Date.original() + {seconds * 1000};"""
        )

    def in_worker(self, statements: str) -> None:
        until(lambda: self._ran(statements), "a worker that is not just ending")

    def _ran(self, statements: str) -> bool:
        self.console.run('await chrome.runtime.sendMessage({ type: "state" })')  # wake it
        try:
            self._worker().evaluate(f"() => {{ {statements} }}")
        except PlaywrightError as error:
            if "closed" not in error.message and "destroyed" not in error.message:
                raise
            return False
        return True

    def _worker(self) -> Worker:
        workers = self._context.service_workers
        return workers[0] if workers else self._context.wait_for_event("serviceworker")

    def kill_worker(self) -> None:
        self._debugger.send("ServiceWorker.stopAllWorkers")

    def restart(self) -> None:
        self.quit()
        self._start()

    def open_popup(self) -> str:
        return str(self.console.run(OPEN_POPUP))

    def allow(self, host: str) -> None:
        page = self.open_address("chrome://extensions")
        page.run(
            f"""await new Promise((done) => chrome.developerPrivate.addHostPermission(
                "{self._id}", "{host}", done));"""
        )
        page.close()

    def allow_private(self) -> None:
        """Let the extension run in private windows too; that loads it anew."""
        page = self.open_address("chrome://extensions")
        page.run(
            f"""await chrome.developerPrivate.updateExtensionConfiguration(
                {{ extensionId: "{self._id}", incognitoAccess: true }});"""
        )
        page.close()
        self.console = until(self._reopened, "the extension to be loaded anew")

    def _reopened(self) -> Page | None:
        try:
            return self.open_address(self._address("popup.html"))
        except PlaywrightError:
            return None

    def open_private(self, page: str) -> PrivatePage:
        """Open a page of the extension in a private window."""
        address = self._address(page)
        self.console.run(f'chrome.windows.create({{ incognito: true, url: "{address}" }})')
        session = self._context.new_cdp_session(self._context.pages[0])
        own = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]

        def elsewhere() -> str | None:
            targets = session.send("Target.getTargets")["targetInfos"]
            pages = (t for t in targets if t["type"] == "page" and t["url"] == address)
            return next((t["targetId"] for t in pages if t["browserContextId"] != own), None)

        return PrivatePage(session, until(elsewhere, "the private window"), self.console)

    def beside(self, profile: Path, folder: Path) -> "Chromium":
        """Start another Chromium, with a changed copy of the extension."""
        return Chromium(self._playwright, self._program, profile, folder)

    def quit(self) -> None:
        self._context.close()
