"""`flask keys`: make, list, rotate, retire."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from authapi.cli.keys import keys


def run(*arguments: str) -> Result:
    """Run `flask keys …` in this process."""
    return CliRunner().invoke(keys, arguments)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one key, which JWT_KEYS names."""
    monkeypatch.delenv("JWT_KEYS", raising=False)
    path = tmp_path / "keys.json"
    run("new", "--out", str(path))
    monkeypatch.setenv("JWT_KEYS", str(path))
    return path


def kids() -> list[str]:
    """Return the kids that `flask keys list` names, the signing one first."""
    return [line.split()[0] for line in run("list").stdout.splitlines()]


def test_a_rotation_adds_signs_and_retires(key_file: Path) -> None:
    """S39: The file has only the new key then; to rotate twice lets no older key sign again."""
    (old,) = kids()
    assert run("new", "--alg", "ES256").exit_code == 0
    assert kids()[0] == old
    assert run("rotate").exit_code == 0
    new = kids()[0]
    assert run("rotate").exit_code == 1
    assert kids() == [new, old]
    assert run("retire", old).exit_code == 0
    assert kids() == [new]


def test_the_rewritten_file_is_private(key_file: Path) -> None:
    """Only its owner can read it."""
    run("new")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_a_rewritten_file_can_be_read_by_whom_it_could_before(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root rotates the keys of a service that runs as another user; a link stays one."""
    owner = 10001 if os.geteuid() == 0 else os.geteuid()
    os.chown(key_file, owner, -1)
    key_file.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(key_file)
    monkeypatch.setenv("JWT_KEYS", str(link))
    run("new")
    assert len(kids()) == 2
    assert link.is_symlink()
    assert (key_file.stat().st_uid, stat.S_IMODE(key_file.stat().st_mode)) == (owner, 0o640)


def test_the_first_key_is_written_into_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S39: Its mode does not depend on the umask; an existing file is not changed."""
    monkeypatch.delenv("JWT_KEYS", raising=False)
    path = tmp_path / "keys.json"
    before = os.umask(0)
    try:
        done = run("new", "--out", str(path))
    finally:
        os.umask(before)
    assert (done.exit_code, done.stdout) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    again = run("new", "--out", str(path))
    assert again.exit_code == 1
    assert "exists" in again.output
    assert path.read_text() == text
    nowhere = run("new", "--out", str(tmp_path / "missing" / "keys.json"))
    assert nowhere.exit_code == 1
    assert "cannot be written" in nowhere.output


def test_the_file_may_be_named_as_that_of_a_secret(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S77: `JWT_KEYS_FILE` works as for the service."""
    monkeypatch.delenv("JWT_KEYS")
    monkeypatch.setenv("JWT_KEYS_FILE", str(key_file))
    before = kids()
    run("new")
    assert kids()[:1] == before
    assert len(kids()) == 2


def test_the_list_as_json_shows_public_halves_only(key_file: Path) -> None:
    """S40: The output has no private key."""
    listed = json.loads(run("list", "--json").stdout)["keys"]
    assert all("d" not in key for key in listed)
    assert run("list", "--json").stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rotate",), "no newer key"),
        (("retire", "nobody"), "no key of that kid"),
    ],
)
def test_a_mistake_is_said_in_one_line(
    key_file: Path, arguments: tuple[str, ...], message: str
) -> None:
    """It gives exit code 1 and leaves the file as it was."""
    before = key_file.read_text()
    done = run(*arguments)
    assert done.exit_code == 1
    assert message in done.output
    assert key_file.read_text() == before


def test_a_file_that_is_no_text_is_one_line(key_file: Path) -> None:
    """Another one was named by mistake."""
    key_file.write_bytes(b"\x7fELF\xd0")
    done = run("list")
    assert (done.exit_code, done.output) == (1, "Error: The file is not UTF-8.\n")


def test_without_keys_the_commands_say_how_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """With HS256 `flask keys list` says how to create a key."""
    monkeypatch.delenv("JWT_KEYS", raising=False)
    done = run("list")
    assert done.exit_code == 1
    assert "flask keys new" in done.output
