"""The README's commands in a fresh copy with an empty environment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.checkouts import copy_to
from tests.support.servers import ROOT, free_port, stop
from tests.support.tools import program
from tests.support.waiting import DEADLINE, LONGEST, until

README = (ROOT / "README.md").read_text()
START, LINES, TESTS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
*_, RUN = START.splitlines()
[SEEN] = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
[ANSWERS] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with nothing installed and nothing stored."""
    copy = tmp_path_factory.mktemp("newcomer") / "authapi"
    copy_to(copy)
    return copy


def newcomers_environment(port: int) -> dict[str, str]:
    """Return what a login shell has, and the one variable that the README mentions."""
    ours = str(ROOT / ".venv" / "bin")
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != ours]
    home = os.environ.get("HOME", "/")
    return {"PATH": os.pathsep.join(path), "HOME": home, "FLASK_RUN_PORT": str(port)}


@contextmanager
def running(command: str, checkout: Path, port: int) -> Iterator[str]:
    """Run a README's command until the block ends; yield what it said when it was ready."""
    log = checkout / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["sh", "-c", command],
            cwd=checkout,
            env=newcomers_environment(port),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            until(
                lambda: process.poll() is not None or "Running on" in log.read_text(),
                seconds=LONGEST,  # it installs everything
                what="`make run` serves",
                instead=log.read_text,
            )
            assert process.poll() is None, log.read_text()
            yield log.read_text()
            os.killpg(process.pid, signal.SIGINT)
            until(lambda: process.poll() is not None, what="Ctrl+C ends it")
        finally:
            stop(process)


def shell(commands: str, port: int) -> list[str]:
    """Run a README's lines in a shell, and return the lines of their output."""
    done = subprocess.run(
        ["sh", "-c", commands.replace("127.0.0.1:8000", f"127.0.0.1:{port}")],
        env=newcomers_environment(port),
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE,
    )
    return done.stdout.replace("}{", "}\n{").splitlines()


def test_what_a_newcomer_looks_for_comes_first() -> None:
    """It begins with a sentence, a picture, badges and two commands."""
    order = [
        "# authapi\n\n",
        "<picture>",
        "[![CI]",
        "git clone ",
        "\nmake run\n",
        SEEN,
        LINES,
        ANSWERS,
        "\n## Why\n",
        "\n## What it has, and what not\n",
        "\n## When another is the better choice\n",
    ]
    places = [README.index(part) for part in order]
    assert places == sorted(places)
    assert README[: places[4]].count("\n") < 30
    assert TESTS == "make check\nmake test\n"


def test_the_sentences_are_short() -> None:
    """They have at most 15 words on average, without code and tables."""
    text = re.sub(r"```.*?```|<picture>.*?</picture>|^[#|].*?$", "", README, flags=re.DOTALL | re.M)
    text = re.sub(r"\[!\[.*|\]\([^)]*\)", "", text)
    paragraphs = re.split(r"\n\n|^- ", text, flags=re.MULTILINE)
    sentences = [one for part in paragraphs for one in re.split(r"[.!?]\W*\s", part + " ")]
    lengths = [len(words) for one in sentences if (words := re.findall(r"\w[^\s]*", one))]
    assert len(lengths) > 30
    assert sum(lengths) / len(lengths) <= 15


def test_the_picture_shows_what_is_printed(tmp_path: Path) -> None:
    """A picture made anew is the same."""
    program("curl")
    script = ROOT / "scripts" / "draw_terminal.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, timeout=LONGEST)
    for name in ("terminal-light.svg", "terminal-dark.svg"):
        assert (tmp_path / name).read_text() == (ROOT / "docs" / "images" / name).read_text()


def test_the_badges_are_true() -> None:
    """Workflow, Python versions and licence agree with the project."""
    ci = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    [tested] = re.findall(r'^        python: \["(.*)"\]$', ci, re.MULTILINE)
    first, *_, last = tested.split('", "')
    [line] = re.findall(r"^\[!\[CI\].*$", README, re.MULTILINE)
    badges = re.findall(r"!\[(.*?)\]\((\S+?)\)", line)
    assert dict(badges) == {
        "CI": "../../actions/workflows/ci.yml/badge.svg",
        f"Python {first} to {last}": f"https://img.shields.io/badge/python-{first}_to_{last}-blue",
        "MIT": "https://img.shields.io/badge/licence-MIT-blue",
    }
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


@pytest.mark.external
@pytest.mark.timeout(3600)
def test_a_newcomer_runs_it_tries_it_and_finds_everything_again(checkout: Path) -> None:
    """The commands work, and after a restart the user still logs in."""
    program("curl")
    port = free_port()
    with running(RUN, checkout, port) as said:
        shown = said[said.index("authapi: a development server") : said.index("Try it")]
        assert shown.replace(f":{port}", ":8000").replace(f"{checkout}/", "") == SEEN
        assert shell(LINES, port) == ANSWERS.splitlines()
    with running(RUN, checkout, port) as said:
        tried = said[said.index("Try") :].splitlines()[1:4]
        assert shell("\n".join(tried), port) == [
            '{"status":"error","code":"user_exists","message":"User already exists."}',
            '{"status":"ok","message":"Hello, user1!"}',
        ]
