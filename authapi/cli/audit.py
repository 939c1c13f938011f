"""`flask audit`: what happened."""

import click

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.audit.serializers import describe
from authapi.cli.group import CommandGroup
from authapi.cli.options import by_id_option, json_option
from authapi.cli.output import as_json, table, when
from authapi.web.services import service

audit = CommandGroup("audit", help="Look at the security events.")


@audit.command()
@click.option("--user", "name", metavar="NAME", help="Only this user's.")
@by_id_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
def tail(name: str | None, by_id: bool, limit: int, json_wanted: bool) -> None:
    """Show the last security events, the newest at the end.

    Of a user who was deleted nothing is there; with --id none is asked to be.
    """
    if by_id and name is None:
        raise click.UsageError("--id says what --user is, and there is no --user.")
    ref = UserRef(name, by_id) if name is not None else None
    events = service(Administration).tail(limit, ref)[::-1]
    if json_wanted:
        as_json({"events": [{**describe(event), "user_id": event.user_id} for event in events]})
        return
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
