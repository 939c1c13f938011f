"""`flask db`: the database."""

from pathlib import Path

import click

from authapi.cli.group import CommandGroup
from authapi.database import Database
from authapi.database.dumps import Counts, dump, restore
from authapi.web.services import service

db = CommandGroup("db", help="Look after the database.")
_folder = click.argument("folder", type=click.Path(path_type=Path))


@db.command("ensure-indexes")
def ensure_indexes() -> None:
    """Create the indexes that are missing; safe to run again.

    Exits with 1 and the reason when they cannot be made.
    """
    for name in service(Database).ensure_indexes(unbounded=True):
        click.echo(f"{name}: there")


@db.command("dump")
@_folder
def dump_command(folder: Path) -> None:
    """Write all that is stored into a new FOLDER, while the service runs.

    There is a file of BSON for each collection, as mongodump writes them. They hold the hashes of
    passwords: keep them as you keep the database.
    """
    _tell(dump(service(Database), folder), "written")


@db.command("restore")
@_folder
@click.option("--drop", is_flag=True, help="Remove first what is in the database.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(folder: Path, drop: bool, yes: bool) -> None:
    """Store what `dump` wrote into FOLDER in an empty database, and make the indexes."""
    if drop and not yes:
        click.confirm("Remove all that is in the database?", abort=True, err=True)
    _tell(restore(service(Database), folder, drop=drop), "restored")


def _tell(counts: Counts, done: str) -> None:
    for name, documents in counts.items():
        click.echo(f"{name}: {documents} {done}")
