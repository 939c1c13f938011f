"""The examples in `clients/python/README.md` work as written."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import authapi_client
from authapi_client import AuthClient
from tests.python_client.conftest import New, greeting
from tests.support.actors import Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.servers import ROOT

PAGE = (ROOT / "clients" / "python" / "README.md").read_text()
OF_STORES, OF_RESULTS = {"FileLock", "Lock", "LockName"}, {"LoginResult", "Status", "__version__"}
FIRST, SECOND, KEYRING = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_ten_lines_log_in(
    visitor: Visitor,
    clock: MovedClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The example logs in with a second factor, and any httpx client uses the login."""
    owner = Owner(visitor, clock).enrol()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.input", lambda asked: owner.next_code())
    code = (FIRST + SECOND).replace("https://auth.example.org", visitor.base_url)
    exec(compile(code.replace('"ann"', repr(owner.name)), "README.md", "exec"), {})
    assert capsys.readouterr().out == f"Hello, {owner.name}!\n" * 2
    assert (tmp_path / "tokens.json").exists()
    assert len(FIRST.strip().splitlines()) <= 10


def test_a_keyring_is_a_store(
    base_url: str, new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example uses three functions of `keyring`."""
    kept: dict[tuple[str, str], str] = {}
    keyring = ModuleType("keyring")
    vars(keyring).update(
        get_password=lambda *place: kept.get(place),
        set_password=lambda service, name, text: kept.update({(service, name): text}),
        delete_password=lambda *place: kept.pop(place),
    )
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    names: dict[str, type[authapi_client.FileStore]] = {"FileStore": authapi_client.FileStore}
    exec(compile(KEYRING, "README.md", "exec"), names)
    client: AuthClient = new(base_url, names["Keyring"](tmp_path / "tokens.json"))
    client.register("keyring-user", "correct horse battery")
    client.authenticate("keyring-user", "correct horse battery")
    assert greeting(client) == "Hello, keyring-user!"
    assert client.logout()
    assert not kept
    assert not (tmp_path / "tokens.json").exists()


def test_all_that_is_exported_is_said() -> None:
    """The page names each class and exception."""
    internal = {
        "AuthapiError",
        "FileLock",
        "Lock",
        "LockName",
        "LoginResult",
        "Status",
        "__version__",
    }
    for name in set(authapi_client.__all__) - internal:
        assert f"`{name}" in PAGE or f"{name}(" in PAGE, name
    assert vars(authapi_client).keys() >= set(authapi_client.__all__)
