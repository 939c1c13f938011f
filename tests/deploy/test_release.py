"""The files of a release, and the checks before it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from authapi.version import __version__
from tests.support.checkouts import copy_to
from tests.support.servers import ROOT
from tests.support.tools import node, program
from tests.support.waiting import LONGEST

NOTES = "### Added\n\n- The first thing."
CHANGELOG = (
    f"# Changelog\n\n## Unreleased\n\n- Later.\n\n## {__version__} - 2026-11-30\n\n{NOTES}\n\n"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project, whose changelog has this version."""
    program("git")
    checkout = tmp_path / "checkout"
    copy_to(checkout)
    (checkout / "CHANGELOG.md").write_text(CHANGELOG + "## 0.9.0 - 2026-01-01\n\n- Before.\n")
    return checkout


def notes(checkout: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Ask what a release is, as the workflow does."""
    command = [sys.executable, "scripts/release_notes.py", tag]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_the_changelog_says_what_a_release_is(checkout: Path) -> None:
    """The notes are the release's own section."""
    done = notes(checkout, f"v{__version__}")
    assert (done.returncode, done.stdout) == (0, f"{NOTES}\n")


def test_a_tag_of_another_version_is_refused(checkout: Path) -> None:
    """The error names each file with another version."""
    done = notes(checkout, "v9.9.9")
    assert done.returncode == 1
    assert (
        done.stderr
        == "The tag is v9.9.9, but "
        + ", ".join(
            f"{path} says {__version__}"
            for path in (
                "authapi/version.py",
                "clients/python/src/authapi_client/version.py",
                "extension/manifest.json",
                "clients/js/package.json",
                "package.json",
            )
        )
        + ".\n"
    )


@pytest.mark.parametrize(
    "changelog", ["## Unreleased\n\n- All of it.\n", CHANGELOG.replace(NOTES, "")]
)
def test_a_release_that_nothing_is_said_of_is_refused(checkout: Path, changelog: str) -> None:
    """The changelog must have a section of that version."""
    (checkout / "CHANGELOG.md").write_text(changelog)
    done = notes(checkout, f"v{__version__}")
    assert done.returncode == 1
    assert f"'## {__version__} - YEAR-MONTH-DAY'" in done.stderr


@pytest.mark.external
def test_a_release_has_all_parts_with_their_hashes(checkout: Path, tmp_path: Path) -> None:
    """It has all packages with their hashes, and is reproducible."""
    tools = [str(Path(sys.executable).parent), str(Path(node()).parent), os.environ["PATH"]]
    environment = {**os.environ, "PATH": os.pathsep.join(tools)}
    (checkout / "node_modules").symlink_to(ROOT / "node_modules")
    sbom = tmp_path / "sbom.cdx.json"
    sbom.write_text("{}")
    sums = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        command = [str(checkout / "scripts" / "release.sh"), str(folder), str(sbom)]
        subprocess.run(
            command, check=True, timeout=LONGEST, env=environment, stdout=subprocess.PIPE
        )
        sums.append((folder / "SHA256SUMS").read_text())
    assert sums[0] == sums[1]
    hashes = {name: digest for digest, name in re.findall(r"^(\w+)  (.+)$", sums[0], re.MULTILINE)}
    published = {path.name: path for path in (tmp_path / "one").iterdir()}
    assert set(published) == {*hashes, "SHA256SUMS"}
    for name, digest in hashes.items():
        assert hashlib.sha256(published[name].read_bytes()).hexdigest() == digest
    assert set(hashes) == {
        f"authapi_flask-{__version__}-py3-none-any.whl",
        f"authapi_flask-{__version__}.tar.gz",
        f"authapi-client-{__version__}.tgz",
        f"authapi_client-{__version__}-py3-none-any.whl",
        f"authapi_client-{__version__}.tar.gz",
        "password-auth-demo-chromium.zip",
        "password-auth-demo-firefox.zip",
        "sbom.cdx.json",
    }
    with ZipFile(published[f"authapi_flask-{__version__}-py3-none-any.whl"]) as wheel:
        assert "authapi/app.py" in wheel.namelist()
    with tarfile.open(published[f"authapi-client-{__version__}.tgz"]) as client:
        assert {"package/types/index.d.ts", "package/LICENSE"} <= set(client.getnames())
    for package in ("authapi_flask", "authapi_client"):
        with ZipFile(published[f"{package}-{__version__}-py3-none-any.whl"]) as wheel:
            licence = wheel.read(f"{package}-{__version__}.dist-info/licenses/LICENSE")
        assert licence == (ROOT / "LICENSE").read_bytes()
    assert (ROOT / "clients" / "js" / "LICENSE").read_bytes() == licence
