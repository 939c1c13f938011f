"""newman, Postman's own runner, and the collection that it runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support import tools
from tests.support.servers import ROOT
from tests.support.waiting import LONGEST

COLLECTION = ROOT / "postman" / "authapi.postman_collection.json"
ENVIRONMENT = ROOT / "postman" / "authapi.postman_environment.json"
NODE_MODULES = ROOT / "node_modules"


def collection() -> dict[str, Any]:
    """Return the collection."""
    data: dict[str, Any] = json.loads(COLLECTION.read_text())
    return data


def folder(name: str) -> dict[str, Any]:
    """Return a folder of the collection."""
    item: dict[str, Any]
    (item,) = (item for item in collection()["item"] if item["name"] == name)
    return item


def requests(within: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Yield every item that is a request, in folders too: of the collection, or of a folder."""
    waiting = list((within or collection())["item"])
    while waiting:
        item = waiting.pop(0)
        if "request" in item:
            yield item
        waiting += item.get("item", [])


def installed(package: str) -> Path:
    """Return the folder of a package from npm."""
    folder = NODE_MODULES / package
    assert folder.is_dir(), f"{package} is not installed: `make test` does it, or `npm ci`"
    return folder


def node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run node."""
    return subprocess.run(
        [tools.node(), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


def run(base_url: str, report: Path, *, folder: str | None = None) -> dict[str, Any]:
    """Run the collection, or one folder, against the server at `base_url`; return the report."""
    done = node(
        installed("newman") / "bin" / "newman.js",
        *("run", COLLECTION, "--environment", ENVIRONMENT),
        *("--env-var", f"base_url={base_url}"),
        *(("--folder", folder) if folder else ()),
        *("--reporters", "cli,json", "--reporter-json-export", report),
        *("--bail", "--color", "off"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    data: dict[str, Any] = json.loads(report.read_text())["run"]
    return data
