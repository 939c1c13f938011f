"""Scripts in web pages cannot read the extension's tokens."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.actors import Owner
from tests.extension.browser import EXTENSION
from tests.extension.chromium import Chromium
from tests.extension.gate import Gate
from tests.extension.service import Service
from tests.support.waiting import until

SPY = """const look = async (area) => {
  try {
    return JSON.stringify(await chrome.storage[area].get());
  } catch (error) {
    return `refused: ${error.message}`;
  }
};
Promise.all(["session", "local"].map(look)).then((seen) => {
  document.documentElement.dataset.seen = seen.join(" ");
});
"""


@pytest.fixture
def infiltrated(browser: Chromium, gate: Gate, service: Service, tmp_path: Path) -> Iterator[Owner]:
    """A copy of the extension with a content script."""
    folder, profile = tmp_path / "extension", tmp_path / "profile"
    shutil.copytree(EXTENSION, folder)
    profile.mkdir()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["content_scripts"] = [{"matches": ["http://127.0.0.1/*"], "js": ["spy.js"]}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "spy.js").write_text(SPY)
    other = browser.beside(profile, folder)
    owner = Owner(other, gate, service)
    owner.fresh()
    yield owner
    other.quit()


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_content_scripts_see_no_token(infiltrated: Owner) -> None:
    """Both storage areas are closed to content scripts (S78).

    Chromium only: Firefox has no such lock. There `storage.session` never reaches content scripts,
    and that the extension has none is what keeps them from `storage.local`.
    """
    infiltrated.signed_in()
    page = infiltrated.visit(f"{infiltrated.gate.address}/healthz")
    look = "return document.documentElement.dataset.seen"
    seen = str(until(lambda: page.run(look), "the content script"))
    assert seen.count("refused: Access to storage is not allowed") == 2
