"""`flask db`: the database."""

import click
from flask.cli import with_appcontext

from authapi.database import FAILURES, Database, DatabaseUnavailable
from authapi.web.services import service


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("ensure-indexes")
@with_appcontext
def ensure_indexes() -> None:
    """Create the indexes that are missing; safe to run again.

    Exits with 1 and the reason when they cannot be made.
    """
    try:
        names = service(Database).ensure_indexes(patiently=True)
    except FAILURES as error:
        raise click.ClickException(explain(error)) from None
    for name in names:
        click.echo(f"{name}: there")


def explain(error: Exception) -> str:
    """Say in one line what is the matter with the database."""
    if isinstance(error, DatabaseUnavailable):
        return str(error)
    return f"The database does not answer ({type(error).__name__}). Check MONGO_URI."
