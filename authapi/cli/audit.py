"""`flask audit`: what happened."""

import click

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.audit.serializers import describe
from authapi.cli.group import CommandGroup
from authapi.cli.options import after_option, by_id_option, json_option
from authapi.cli.output import as_json, table, when
from authapi.core.cursors import Cursor
from authapi.core.events import Event
from authapi.web.services import service

audit = CommandGroup("audit", help="Look at the security events.")
_EVENTS = click.Choice([event.value for event in Event])


@audit.command()
@click.option("--user", "name", metavar="NAME", help="Only this user's.")
@by_id_option
@click.option("--event", type=_EVENTS, metavar="EVENT", help="Only those events.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@after_option
@json_option
def tail(
    name: str | None,
    by_id: bool,
    event: str | None,
    limit: int,
    after: Cursor | None,
    json_wanted: bool,
) -> None:
    """Show the last security events, the newest at the end, a page at a time.

    The events of a deleted user are gone; with --id no user has to be there.
    """
    if by_id and name is None:
        raise click.UsageError("--id says what --user is, and there is no --user.")
    ref = UserRef(name, by_id) if name is not None else None
    newest_first, end = service(Administration).events(limit, after, ref, event)
    events, cursor = newest_first[::-1], str(end) if end else None
    if json_wanted:
        shown = [{**describe(event), "user_id": event.user_id} for event in events]
        as_json({"events": shown, "after": cursor})
        return
    if cursor:
        click.echo(f"There are earlier ones: --after {cursor}", err=True)
    table(
        ("AT", "EVENT", "COUNT", "REASON", "USER ID", "ADDRESS", "USER AGENT", "REQUEST"),
        [
            (
                when(event.at),
                str(event.event),
                str(event.count),
                event.reason or "-",
                event.user_id or "-",
                event.origin.client.address or "-",
                event.origin.client.user_agent[:40] or "-",
                event.origin.request_id or "-",
            )
            for event in events
        ],
    )
