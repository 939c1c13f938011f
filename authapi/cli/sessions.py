"""`flask sessions`: the sessions of a user."""

import click

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.group import CommandGroup
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import as_json, table, when
from authapi.sessions.serializers import describe, device
from authapi.web.services import service

_PROGRESS_EVERY = 10_000

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


@sessions.command("revoke-all")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def revoke_all(yes: bool, json_wanted: bool) -> None:
    """End all sessions of all users, and their tokens; everybody may log in again.

    One write decides it, however many there are; then what is left of them is removed. If that is
    interrupted, they have ended all the same: type it again to remove the rest.
    """
    if not yes:
        click.confirm("End all sessions of all users?", abort=True, err=True)
    removed = 0
    for removed in service(Administration).log_out_everybody():
        if removed and removed % _PROGRESS_EVERY == 0:
            click.echo(f"{removed} sessions removed …", err=True)
    if json_wanted:
        as_json({"sessions_removed": removed, "done": "ended"})
    else:
        click.echo(f"All sessions have ended; removed: {removed}.")


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
