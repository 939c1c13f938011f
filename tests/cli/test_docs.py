"""`docs/operations.md` lists all commands."""

import re

import click
from flask import Flask

from tests.support.servers import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()


def test_each_command_has_a_line_and_each_line_a_command(app: Flask) -> None:
    """The table has every command of each group, except Flask's own."""
    groups = {n: c for n, c in app.cli.commands.items() if isinstance(c, click.Group)}
    there = {f"{name} {command}" for name, group in groups.items() for command in group.commands}
    assert set(re.findall(r"^\| `flask (\w+ [\w-]+)", PAGE, re.MULTILINE)) == there


def test_each_command_says_what_it_does(app: Flask) -> None:
    """Each command has a sentence in `--help`."""
    for group in app.cli.commands.values():
        assert group.help
        if isinstance(group, click.Group):
            assert all(command.help for command in group.commands.values())
