"""`flask sessions`: the sessions of a user."""

import click

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.group import CommandGroup
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import as_json, table, when
from authapi.sessions.serializers import describe, device
from authapi.web.services import service

sessions = CommandGroup("sessions", help="Look after the sessions.")


@sessions.command("list")
@user_argument
@json_option
def list_sessions(name: str, by_id: bool, json_wanted: bool) -> None:
    """List a user's sessions, the one used last first."""
    administration = service(Administration)
    found = administration.sessions(administration.find(UserRef(name, by_id)))
    if json_wanted:
        as_json({"sessions": [describe(session) for session in found]})
        return
    table(
        ("ID", "DEVICE", "ADDRESS", "FIRST SEEN", "LAST SEEN", "EXPIRES"),
        [
            (
                session.id,
                device(session.client.user_agent),
                session.client.address or "-",
                when(session.created_at),
                when(session.refreshed_at),
                when(session.expires_at),
            )
            for session in found
        ],
    )


# An id may begin with a dash: what is no option of ours is taken for an id.
@sessions.command(context_settings={"ignore_unknown_options": True})
@click.argument("session_id")
@json_option
def revoke(session_id: str, json_wanted: bool) -> None:
    """End the session SESSION_ID, and its tokens."""
    service(Administration).end_session(session_id)
    if json_wanted:
        as_json({"session_id": session_id, "done": "ended"})
    else:
        click.echo("The session has ended.")
