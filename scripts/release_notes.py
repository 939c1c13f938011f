"""Prints the changelog's section of a release, if the tag and the versions in all files agree.

python scripts/release_notes.py v1.2.3
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("authapi/version.py", "clients/python/src/authapi_client/version.py")
MANIFESTS = ("extension/manifest.json", "clients/js/package.json", "package.json")


def versions() -> dict[str, str]:
    """Return the version in each file, by its path."""
    packages = {name: in_package((ROOT / name).read_text()) for name in PACKAGES}
    manifests = {name: json.loads((ROOT / name).read_text())["version"] for name in MANIFESTS}
    return packages | manifests


def in_package(module: str) -> str:
    """Return the version in a module."""
    [said] = re.findall(r'^__version__ = "(.+)"$', module, re.MULTILINE)
    return str(said)


def section(changelog: str, version: str) -> str | None:
    """Return a changelog's text below `## 1.2.3 - 2026-11-30`; None if there is none."""
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n"
    found = re.search(rf"{heading}(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found.group(1).strip() or None if found else None


def main(tag: str) -> str:
    """Return the notes.

    Raises:
        SystemExit: a version or the changelog does not match the tag; the message says which.
    """
    version = tag.removeprefix("v")
    others = [f"{path} says {said}" for path, said in versions().items() if said != version]
    if others:
        sys.exit(f"The tag is {tag}, but {', '.join(others)}.")
    notes = section((ROOT / "CHANGELOG.md").read_text(), version)
    if notes is None:
        sys.exit(f"CHANGELOG.md has nothing under '## {version} - YEAR-MONTH-DAY'.")
    return notes


if __name__ == "__main__":
    print(main(sys.argv[1]))
