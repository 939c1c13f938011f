"""`flask users adopt`: turns another program's users into users."""

import click

from authapi.accounts.models import ORIGINALS
from authapi.administration.adoption import Adoption
from authapi.cli.options import json_option
from authapi.cli.output import as_json, printable
from authapi.cli.users import users
from authapi.cli.users_import import ignored_members
from authapi.web.services import service


@users.command("adopt")
@click.option("--yes", is_flag=True, help="Do it; without this nothing is changed.")
@click.option("--ignore", multiple=True, metavar="NAME", help="A member to pass over.")
@json_option
@click.pass_context
def adopt(ctx: click.Context, yes: bool, ignore: tuple[str, ...], json_wanted: bool) -> None:
    """Turn documents of another program in the collection `users` into users.

    For documents as the FastAPI prototype stored them: `username`, and a hash as `password`,
    `hashed_password` or `password_hash`. Each one is kept as it was, in `users_before_adoption`.
    Without --yes it only says what would happen. What makes no user is reported, and stays
    where it is; exit code 1 when there was one. It may be run again.
    """
    summary = service(Adoption).run(_refuse, ignore=frozenset(ignore), dry_run=not yes)
    if json_wanted:
        counts = {"adopted": summary.imported, "refused": summary.refused, "dry_run": not yes}
        as_json({**counts, "ignored": dict(summary.ignored)})
    else:
        ignored_members(summary)
        counted = f"{summary.imported} adopted, {summary.refused} refused"
        if yes:
            click.echo(f"Done: {counted}. The documents as they were are in {ORIGINALS}.")
        else:
            click.echo(f"Dry run, nothing changed: {counted}. Do it with --yes.")
    if summary.refused:
        ctx.exit(1)


def _refuse(label: str, why: str) -> None:
    click.echo(f"document {printable(label)}: {printable(why)}", err=True)
