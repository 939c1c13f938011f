"""Arguments and options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from authapi.core.cursors import Cursor

F = TypeVar("F", bound=Callable[..., Any])


def _cursor(_: click.Context, __: click.Parameter, text: str | None) -> Cursor | None:
    try:
        return Cursor.parse(text) if text is not None else None
    except ValueError:
        raise click.BadParameter("is none that this command printed") from None


after_option = click.option(
    "--after", metavar="CURSOR", callback=_cursor, help="Go on beyond an earlier page."
)
json_option = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
by_id_option = click.option("--id", "by_id", is_flag=True, help="NAME is the user's id.")


def user_argument(command: F) -> F:
    """Give `command` the user it is about: NAME, or an id with `--id`."""
    return click.argument("name")(by_id_option(command))
