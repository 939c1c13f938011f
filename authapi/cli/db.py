"""`flask db`: the database."""

import click

from authapi.cli.group import CommandGroup
from authapi.database import Database
from authapi.web.services import service

db = CommandGroup("db", help="Look after the database.")


@db.command("ensure-indexes")
def ensure_indexes() -> None:
    """Create the indexes that are missing; safe to run again.

    Exits with 1 and the reason when they cannot be made.
    """
    for name in service(Database).ensure_indexes(unbounded=True):
        click.echo(f"{name}: there")
