"""The manifest and the packages for the stores."""

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.extension import Json
from tests.extension.browser import EXTENSION
from tests.extension.service import ROOT

STORES = ["chromium", "firefox"]


def manifest(source: Path | None = None) -> Json:
    """Return the manifest, of the folder or of a zip."""
    if source is None:
        return json.loads((EXTENSION / "manifest.json").read_text("utf-8"))
    with ZipFile(source) as archive:
        return json.loads(archive.read("manifest.json"))


def package(folder: Path) -> dict[str, Path]:
    """Make the zips in a folder."""
    script = ROOT / "scripts" / "package_extension.py"
    subprocess.run([sys.executable, script, folder], check=True, stdout=subprocess.DEVNULL)
    return {store: folder / f"password-auth-demo-{store}.zip" for store in STORES}


def test_least_permissions() -> None:
    """They are storage, the loopback interface and, with consent, other hosts (S78)."""
    declared = manifest()
    assert declared["permissions"] == ["storage"]
    assert declared["host_permissions"] == ["http://127.0.0.1/*", "http://localhost/*"]
    assert declared["optional_host_permissions"] == ["https://*/*", "http://*/*"]
    for door in ("content_scripts", "web_accessible_resources", "externally_connectable"):
        assert door not in declared


def test_pages_run_nothing_but_the_extension_s_own_files() -> None:
    """The policy allows no inline script or style, and the pages have none."""
    policy = manifest()["content_security_policy"]["extension_pages"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    for page in EXTENSION.glob("*.html"):
        assert not re.search(r"<style|\son\w+=|\sstyle=|<script(?![^>]*\ssrc=)", page.read_text())


def test_one_file_names_the_platform() -> None:
    """All other modules work without an extension."""
    for module in EXTENSION.rglob("*.js"):
        names = re.search(r"\b(chrome|browser)\.\w", module.read_text("utf-8"))
        assert bool(names) == (module.name == "browserApi.js"), module


@pytest.mark.parametrize("store", STORES)
def test_a_zip_holds_the_extension(store: str, tmp_path: Path) -> None:
    """It has every file of the folder and no other."""
    files = {path.relative_to(EXTENSION).as_posix() for path in EXTENSION.rglob("*.*")}
    with ZipFile(package(tmp_path)[store]) as archive:
        assert set(archive.namelist()) == files


def test_each_store_gets_its_own_manifest(tmp_path: Path) -> None:
    """Neither has keys that only the other browser supports."""
    zips = package(tmp_path)
    chromium, firefox = manifest(zips["chromium"]), manifest(zips["firefox"])
    assert set(chromium["background"]) == {"service_worker", "type"}
    assert set(firefox["background"]) == {"scripts", "type"}
    assert set(chromium) - set(firefox) == {"minimum_chrome_version", "storage"}
    assert set(firefox) - set(chromium) == {"browser_specific_settings"}


def test_zips_are_the_same_each_time(tmp_path: Path) -> None:
    """Packaging is reproducible."""
    first, second = package(tmp_path / "first"), package(tmp_path / "second")
    assert all(first[store].read_bytes() == second[store].read_bytes() for store in STORES)


def test_the_icons_are_those_that_the_script_draws(tmp_path: Path) -> None:
    """The committed icons are up to date."""
    subprocess.run([sys.executable, ROOT / "scripts" / "draw_icons.py", tmp_path], check=True)
    for name in manifest()["icons"].values():
        assert pixels(tmp_path / Path(name).name) == pixels(EXTENSION / name)


@pytest.mark.parametrize("store", STORES)
def test_a_zip_is_small(store: str, tmp_path: Path) -> None:
    """It has less than 100 KB."""
    assert package(tmp_path)[store].stat().st_size < 100_000


def test_nothing_is_private_to_one_browser_that_the_other_needs(tmp_path: Path) -> None:
    """Private windows have a worker of their own in Chromium; Firefox excludes them (S78)."""
    zips = package(tmp_path)
    assert manifest(zips["chromium"])["incognito"] == "split"
    assert manifest(zips["firefox"])["incognito"] == "not_allowed"


@pytest.mark.parametrize("copy", ["extension/client", "examples/web/client"])
def test_a_copy_of_the_client_is_the_client(copy: str) -> None:
    """The copies are up to date."""
    source = ROOT / "clients" / "js" / "src"
    for module in (ROOT / copy).iterdir():
        assert module.read_bytes() == (source / module.name).read_bytes(), module
        imports = re.findall(r"^(?:import|export) .* from '\./(.+)';$", module.read_text(), re.M)
        assert all((ROOT / copy / name).exists() for name in imports)


def test_the_web_page_has_the_extension_s_look() -> None:
    """The example's stylesheet is the extension's."""
    theme = (EXTENSION / "theme.css").read_bytes()
    assert (ROOT / "examples" / "web" / "theme.css").read_bytes() == theme


def pixels(icon: Path) -> bytes:
    """Return what is drawn; how it is compressed differs from one machine to another."""
    content = icon.read_bytes()
    start = content.index(b"IDAT") + 4
    return zlib.decompress(content[start:])
