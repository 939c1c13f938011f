"""Arguments and options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
by_id_option = click.option("--id", "by_id", is_flag=True, help="NAME is the user's id.")


def user_argument(command: F) -> F:
    """Give `command` the user it is about: NAME, or an id with `--id`."""
    return click.argument("name")(by_id_option(command))
