"""The Python client as a package, installed alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from authapi_client import __version__
from tests.package.conftest import Newcomer
from tests.support.checkouts import copy_to
from tests.support.servers import ROOT
from tests.support.waiting import LONGEST

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]
SOURCE = ROOT / "clients" / "python" / "src"
WALK = """
import importlib, pkgutil, authapi_client
for found in pkgutil.walk_packages(authapi_client.__path__, "authapi_client."):
    importlib.import_module(found.name)
print(authapi_client.__file__)
"""
STRICT = """\
import httpx

from authapi_client import AsyncAuthClient, AuthapiAuth, AuthClient, FileStore, Store


def greet(store: Store) -> str:
    with AuthClient("https://auth.example.org", store) as client:
        reveal_type(client.authenticate("ann", "correct horse battery"))
        return client.request("GET", "/protected").text


async def tell() -> bool:
    async with AsyncAuthClient(httpx.URL("https://auth.example.org")) as client:
        return await client.logout()


client = httpx.Client(auth=AuthapiAuth("https://auth.example.org", FileStore("tokens.json")))
AuthClient()  # type: ignore[call-arg]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both, made as a release makes them."""
    folder = tmp_path_factory.mktemp("client")
    copy_to(folder / "checkout")
    command = ["uv", "build", "--quiet", "--no-create-gitignore", "--out-dir", str(folder / "made")]
    subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:], "clients/python"],
        cwd=folder / "checkout",
        check=True,
        timeout=LONGEST,
    )
    return folder / "made"


@pytest.fixture(scope="module")
def user(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Somebody who installed the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("user")
    subprocess.run(
        [sys.executable, "-m", "venv", str(folder / "venv")], check=True, timeout=LONGEST
    )
    user = Newcomer(folder, folder / "venv")
    [wheel] = built.glob("*.whl")
    user.install(str(wheel))
    return user


def test_wheel_and_sdist_hold_the_package_and_nothing_else(built: Path) -> None:
    """They have the code, `py.typed` and the licence."""
    package = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    [wheel], [sdist] = built.glob("*.whl"), built.glob("*.tar.gz")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names - {name for name in names if ".dist-info/" in name} == package
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    root = f"authapi_client-{__version__}"
    with tarfile.open(sdist) as archive:
        held = {name.removeprefix(f"{root}/") for name in archive.getnames()}
    more = {"LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert held - {".gitignore"} == more | {f"src/{name}" for name in package}


def test_it_needs_httpx_alone(user: Newcomer) -> None:
    """Every module can be imported without warnings."""
    done = user.run("python", "-W", "error", "-c", WALK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(user.environment))
    shown = user.run("python", "-m", "pip", "show", "authapi-client").stdout
    assert "Requires: httpx\n" in shown
    assert f"Version: {__version__}\n" in shown


def test_mypy_strict_finds_nothing_wrong_in_a_program_that_uses_it(user: Newcomer) -> None:
    """It finds an error that is there."""
    (user.folder / "strict.py").write_text(STRICT)
    python = f"--python-executable={user.python}"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, python, "strict.py"],
        cwd=user.folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert '"authapi_client.account.LoginResult"' in done.stdout


def test_the_sdist_can_be_installed_too(built: Path, user: Newcomer, tmp_path: Path) -> None:
    """A wheel can be built from it."""
    [sdist] = built.glob("*.tar.gz")
    user.install("--no-deps", "--target", str(tmp_path / "there"), str(sdist))
    assert (tmp_path / "there" / "authapi_client" / "py.typed").exists()
