"""The file of settings that `docs/deployment.md` describes, and its readers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE

ATLAS = "mongodb+srv://ann:p%40ss@cluster.example.net/accounts?retryWrites=true&w=majority"
TEXT = (ROOT / "docs" / "deployment.md").read_text()
[BLOCK] = re.findall(r"^   \{\n(?:.*\n)*?   \} > /etc/authapi/authapi\.env$", TEXT, re.MULTILINE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file that those lines write, with an address as Atlas shows it."""
    file = tmp_path / "authapi.env"
    typed = BLOCK.replace("mongodb://…", ATLAS).replace("/opt/authapi", str(ROOT))
    assert ATLAS in typed
    typed = typed.replace("/etc/authapi/authapi.env", str(file)).replace("python3", sys.executable)
    subprocess.run(["sh", "-ec", typed], check=True, timeout=DEADLINE)
    return file


def in_a_shell(file: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Read the file as docs/operations.md says, and run a command, in another folder."""
    return subprocess.run(
        ["sh", "-c", f"set -a; . {file}; set +a; {command}"],
        cwd=file.parent,
        env=clean_environment(more),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_an_address_of_atlas_survives_the_shell(file: Path) -> None:
    """S77: Its `&` does no harm."""
    done = in_a_shell(file, 'printf %s "$MONGO_URI"')
    assert (done.stdout, done.stderr) == (ATLAS, "")


@pytest.mark.parametrize(
    "value", ["a&b=c", "a #b", "a$HOME", 'a "b" c', "a\\b", "%24{HOME}", "ä;|<"]
)
def test_in_single_quotes_a_value_is_the_same_to_all_readers(tmp_path: Path, value: str) -> None:
    """A shell and the reader of `.env` read the same value."""
    file = tmp_path / "any.env"
    file.write_text(f"MONGO_URI='{value}'\n")
    assert in_a_shell(file, 'printf %s "$MONGO_URI"').stdout == value
    assert dotenv_values(file) == {"MONGO_URI": value}


def test_the_command_line_finds_the_service_from_any_folder(
    file: Path, environment: Mapping[str, str]
) -> None:
    """S77: The documented command runs as on the server."""
    uri = environment["MONGO_URI"]
    database = environment["MONGO_DATABASE"]
    flask = Path(sys.executable).with_name("flask")
    command = f"MONGO_URI='{uri}' MONGO_DATABASE={database} {flask} users list --json"
    done = in_a_shell(file, command, PATH=os.environ["PATH"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('{"users": ')
