"""Packages the extension for both stores: the same files, the manifest without the other's keys."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "extension"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def for_chromium(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest without the keys that only Firefox supports."""
    mine = {key: value for key, value in manifest.items() if key != "browser_specific_settings"}
    return mine | {"background": without(manifest["background"], "scripts")}


def for_firefox(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest without the keys that only Chromium supports."""
    foreign = ("minimum_chrome_version", "storage")
    mine = {key: value for key, value in manifest.items() if key not in foreign}
    apart = {"incognito": "not_allowed"}  # Firefox has no worker of its own for private windows
    return mine | apart | {"background": without(manifest["background"], "service_worker")}


def without(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping without one key."""
    return {name: value for name, value in mapping.items() if name != key}


def pack(target: Path, manifest: dict[str, Any]) -> None:
    """Write one zip: the same files always give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in SOURCE.rglob("*") if path.is_file()):
            name = path.relative_to(SOURCE).as_posix()
            content = path.read_bytes()
            if name == "manifest.json":
                content = (json.dumps(manifest, indent=2) + "\n").encode()
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def main(folder: Path) -> None:
    """Write both zips into a folder and print their paths."""
    manifest = json.loads((SOURCE / "manifest.json").read_text("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    for store, fit in {"chromium": for_chromium, "firefox": for_firefox}.items():
        target = folder / f"password-auth-demo-{store}.zip"
        pack(target, fit(manifest))
        print(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build")
