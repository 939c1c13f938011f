"""Which browsers this machine has, and what to say about those it has not."""

import shutil
from pathlib import Path

import pytest

SAID = pytest.StashKey[bool]()
PROGRAMS = {"chromium": "chromium", "firefox": "firefox-esr"}


def missing_browsers() -> dict[str, str]:
    """Return a sentence for each browser that is not there."""
    return {
        name: f"{name} was not tested, it is not installed: apt-get install {program}"
        for name, program in PROGRAMS.items()
        if find(name) is None
    }


def find(name: str) -> str | None:
    """Return where a browser is; one packed as a snap cannot see the tests' folders."""
    program = shutil.which(PROGRAMS[name])
    return None if program and Path(program).resolve().name == "snap" else program


def report(terminal: pytest.TerminalReporter) -> None:
    """Write the sentences at the end of a test run, once."""
    sentences = [] if SAID in terminal.config.stash else missing_browsers().values()
    terminal.config.stash[SAID] = True
    if sentences:
        terminal.section("left out")
    for sentence in sentences:
        terminal.write_line(sentence, yellow=True)
