"""`docs/operations.md` lists the commands that there are."""

import re

import click
from flask import Flask

from tests.support.servers import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()


def test_each_command_has_a_line_and_each_line_a_command(app: Flask) -> None:
    """By group and command; Flask's own commands are Flask's to describe."""
    groups = {n: c for n, c in app.cli.commands.items() if isinstance(c, click.Group)}
    there = {f"{name} {command}" for name, group in groups.items() for command in group.commands}
    assert set(re.findall(r"^\| `flask (\w+ [\w-]+)", PAGE, re.MULTILINE)) == there


def test_each_command_says_what_it_does(app: Flask) -> None:
    """`--help` has a sentence for each."""
    for group in app.cli.commands.values():
        assert group.help
        if isinstance(group, click.Group):
            assert all(command.help for command in group.commands.values())
