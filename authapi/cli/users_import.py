"""`flask users import`: users from elsewhere."""

from typing import BinaryIO

import click

from authapi.administration.imports import ImportSummary, UserImport
from authapi.cli.options import json_option
from authapi.cli.output import as_json
from authapi.cli.users import users
from authapi.web.services import service

PROGRESS_EVERY = 1000


@users.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Store nothing; say what would come of it.")
@json_option
@click.pass_context
def import_users(ctx: click.Context, file: BinaryIO, dry_run: bool, json_wanted: bool) -> None:
    """Import users from FILE, or - for standard input.

    FILE is JSON lines, as mongoexport writes them: `username`, a hash as `password_hash`,
    `hashed_password` or `password` (argon2, bcrypt, werkzeug's scrypt or pbkdf2), and perhaps
    `created_at`; whatever else a line has is ignored. Users that are there already stay as they
    are, so it may be run again. Each refused line is reported with its number. Exit code 1 when
    there was one.
    """
    summary = ImportSummary()
    told = 0
    for summary in service(UserImport).run(file, _refuse, dry_run=dry_run):
        if summary.lines // PROGRESS_EVERY > told:
            told = summary.lines // PROGRESS_EVERY
            click.echo(f"{summary.lines} lines …", err=True)
    _sum_up(summary, dry_run, json_wanted)
    if summary.refused:
        ctx.exit(1)


def _refuse(number: int, why: str) -> None:
    click.echo(f"line {number}: {why}", err=True)


def _sum_up(summary: ImportSummary, dry_run: bool, json_wanted: bool) -> None:
    counts = {
        "imported": summary.imported,
        "already_there": summary.already_there,
        "refused": summary.refused,
    }
    if json_wanted:
        as_json({**counts, "dry_run": dry_run})
        return
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    click.echo(f"Dry run, nothing stored: {said}." if dry_run else f"Done: {said}.")
