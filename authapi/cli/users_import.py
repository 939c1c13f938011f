"""`flask users import`: users from elsewhere."""

import re
from typing import BinaryIO, TextIO

import click

from authapi.administration.import_format import csv_rows, json_lines
from authapi.administration.import_rules import TARGETS
from authapi.administration.imports import UserImport
from authapi.administration.models import FirebaseHash, ImportOptions, ImportSummary
from authapi.cli.options import json_option
from authapi.cli.output import as_json, printable
from authapi.cli.users import users
from authapi.web.services import service

PROGRESS_EVERY = 1000
_FIREBASE = re.compile(r'"?(\w+)"?\s*[:=]\s*"?([A-Za-z0-9+/=_-]+)')


@users.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Store nothing; say what would come of it.")
@click.option("--csv", "is_csv", is_flag=True, help="FILE is CSV, with a header.")
@click.option(
    "--map", "mapped", multiple=True, metavar="THEIRS=OURS", help="What is called otherwise there."
)
@click.option("--ignore", multiple=True, metavar="NAME", help="A member to pass over.")
@click.option(
    "--keep-ids", is_flag=True, help="Keep each `_id`: text, a number, an ObjectId, a UUID."
)
@click.option(
    "--firebase-config", type=click.File("r"), help="The hash parameters of a Firebase project."
)
@json_option
@click.pass_context
def import_users(
    ctx: click.Context,
    file: BinaryIO,
    dry_run: bool,
    is_csv: bool,
    mapped: tuple[str, ...],
    ignore: tuple[str, ...],
    keep_ids: bool,
    firebase_config: TextIO | None,
    json_wanted: bool,
) -> None:
    """Import users from FILE, or - for standard input.

    FILE is JSON lines, as mongoexport writes them, or CSV: `username`, a hash as `password_hash`,
    `hashed_password` or `password`, perhaps `created_at`, `email` with `email_verified`, and
    `disabled` or its like, which is kept. Other members are named at the end. Users that are there
    already stay as they are, so it may be run again. Each refused line is reported with its number.
    Exit code 1 when there was one.
    """
    options = ImportOptions(
        names=_mapping(mapped),
        ignore=frozenset(ignore),
        keep_ids=keep_ids,
        firebase=_firebase(firebase_config.read()) if firebase_config else None,
    )
    records = csv_rows(file) if is_csv else json_lines(file)
    summary = ImportSummary()
    reported = 0
    for summary in service(UserImport).run(records, _refuse, options, dry_run=dry_run):
        if summary.lines // PROGRESS_EVERY > reported:
            reported = summary.lines // PROGRESS_EVERY
            click.echo(f"{reported * PROGRESS_EVERY} lines …", err=True)
    _sum_up(summary, dry_run, json_wanted)
    if summary.refused:
        ctx.exit(1)


def ignored_members(summary: ImportSummary) -> None:
    """Name the members that were ignored, and how many users had each."""
    if summary.ignored:
        names = ", ".join(f"{name} ({count})" for name, count in sorted(summary.ignored.items()))
        click.echo(f"Ignored members: {printable(names)}", err=True)


def _mapping(mapped: tuple[str, ...]) -> dict[str, str]:
    """Return the name in the file for each member here; two of these may share one."""
    pairs = dict(pair.partition("=")[::-2] for pair in mapped)
    for ours, theirs in pairs.items():
        if not theirs or ours not in TARGETS:
            raise click.BadParameter(
                f"write --map THEIRS=OURS, where OURS is one of: {', '.join(TARGETS)}"
            )
    if len(pairs) < len(mapped):
        raise click.BadParameter("--map names a member twice")
    return pairs


def _firebase(text: str) -> FirebaseHash:
    """Read the parameters as Firebase's console shows them, or as JSON."""
    found = dict(_FIREBASE.findall(text))
    try:
        return FirebaseHash(
            signer_key=found["base64_signer_key"],
            salt_separator=found["base64_salt_separator"],
            rounds=int(found["rounds"]),
            mem_cost=int(found["mem_cost"]),
        )
    except (KeyError, ValueError):
        raise click.BadParameter(
            "--firebase-config holds base64_signer_key, base64_salt_separator, rounds and mem_cost"
        ) from None


def _refuse(number: int, why: str) -> None:
    click.echo(f"line {number}: {printable(why)}", err=True)


def _sum_up(summary: ImportSummary, dry_run: bool, json_wanted: bool) -> None:
    counts = {
        "imported": summary.imported,
        "already_there": summary.already_there,
        "refused": summary.refused,
    }
    if json_wanted:
        as_json({**counts, "ignored": dict(summary.ignored), "dry_run": dry_run})
        return
    ignored_members(summary)
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    click.echo(f"Dry run, nothing stored: {said}." if dry_run else f"Done: {said}.")
