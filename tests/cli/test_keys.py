"""`flask keys`: make, list, rotate, retire."""

import json
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
    path.write_text(run("new").stdout)
    monkeypatch.setenv("JWT_KEYS", str(path))
    return path


def kids() -> list[str]:
    """Return the kids that `flask keys list` names, the signing one first."""
    return [line.split()[0] for line in run("list").stdout.splitlines()]


def test_a_rotation_adds_signs_and_retires(key_file: Path) -> None:
    """S39: new, rotate, retire leave the new key alone in the file."""
    (old,) = kids()
    assert run("new", "--alg", "ES256").exit_code == 0
    assert kids()[0] == old
    assert run("rotate").exit_code == 0
    new = kids()[0]
    assert run("retire", old).exit_code == 0
    assert kids() == [new]


def test_the_rewritten_file_is_private(key_file: Path) -> None:
    """Nobody else on the machine may read it."""
    run("new")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_the_list_as_json_shows_public_halves_only(key_file: Path) -> None:
    """S40: what is printed may be published."""
    listed = json.loads(run("list", "--json").stdout)["keys"]
    assert all("d" not in key for key in listed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rotate",), "one key only"),
        (("retire", "nobody"), "no key of that kid"),
    ],
)
def test_a_mistake_is_said_in_one_line(
    key_file: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Exit code 1, the reason, and the file as it was."""
    before = key_file.read_text()
    done = run(*arguments)
    assert done.exit_code == 1
    assert message in done.output
    assert key_file.read_text() == before


def test_without_keys_the_commands_say_how_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """`flask keys list` on a service that signs with HS256."""
    monkeypatch.delenv("JWT_KEYS", raising=False)
    done = run("list")
    assert done.exit_code == 1
    assert "flask keys new" in done.output
