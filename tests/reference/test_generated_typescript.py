"""Types that openapi-typescript makes of the description: compiled, and used."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import tools
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.servers import ROOT
from tests.support.waiting import LONGEST

HERE = ROOT / "tests" / "reference" / "typescript"
TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
OPTIONS = ["--noEmit", "--strict", "--noUncheckedIndexedAccess", "--allowImportingTsExtensions"]
OPTIONS += ["--module", "nodenext", "--target", "es2023", "--types", "node"]
OPTIONS += ["--typeRoots", str(ROOT / "node_modules" / "@types")]


def node(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run node."""
    return subprocess.run(
        [tools.node(), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


@pytest.fixture(scope="module")
def folder(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated types and what uses them."""
    folder = tmp_path_factory.mktemp("typescript")
    visitor = Visitor(base_url)
    (folder / "openapi.json").write_text(visitor.send("GET", "/openapi.json").text)
    visitor.close()
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "use.ts", folder)
    generator = HERE / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    assert generator.exists(), (
        "openapi-typescript is not installed: `make test` does it, or `npm ci`"
    )
    done = node(generator, "openapi.json", "--output", "api.ts", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warn" not in (done.stdout + done.stderr).lower()
    return folder


def test_the_types_compile_with_what_uses_them(folder: Path) -> None:
    """By the strict compiler: every name in use.ts is in the description."""
    done = node(TSC, *OPTIONS, "use.ts", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("'invalid_credentials'", "'invalid_credential'"),
        ("expires_in", "expires"),
        ("password: password! }", "}"),
        ("'authenticate'>", "'login'>"),
    ],
)
def test_the_compiler_sees_mistakes(folder: Path, tmp_path: Path, right: str, wrong: str) -> None:
    """A wrong code, field or operation does not compile."""
    for name in ("api.ts", "package.json"):
        shutil.copy(folder / name, tmp_path)
    source = (folder / "use.ts").read_text()
    assert right in source
    (tmp_path / "use.ts").write_text(source.replace(right, wrong, 1))
    assert node(TSC, *OPTIONS, "use.ts", cwd=tmp_path).returncode != 0


def test_the_service_answers_as_the_types_say(folder: Path, base_url: str) -> None:
    """The same program, run: register, log in, be refused, list the sessions."""
    done = node("use.ts", base_url, fresh_name(), PASSWORD, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "message": "User registered successfully.",
        "life": 900,
        "refused": True,
        "current": [True],
    }
