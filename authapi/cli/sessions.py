"""`flask sessions`: the sessions of a user."""

import click

from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.group import CommandGroup
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import as_json, say, table, when
from authapi.sessions.ending import SessionEnding
from authapi.sessions.models import Session
from authapi.sessions.serializers import describe, device
from authapi.web.services import service

_PROGRESS_EVERY = 10_000

sessions = CommandGroup("sessions", help="Look after the sessions.")


@sessions.command("list")
@user_argument
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--after", metavar="SESSION_ID", default=None, help="Go on beyond this session.")
@json_option
def list_sessions(name: str, by_id: bool, limit: int, after: str | None, json_wanted: bool) -> None:
    """List a user's sessions, the one used last first, a page at a time."""
    administration = service(Administration)
    found = administration.sessions(administration.find_user(UserRef(name, by_id)))
    if after is not None:
        found = _beyond(found, after)
    page, more = found[:limit], len(found) > limit
    if json_wanted:
        last = page[-1].id if more else None
        as_json({"sessions": [describe(session) for session in page], "after": last})
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
            for session in page
        ],
    )
    if more:
        click.echo(f"There are more: --after={page[-1].id}", err=True)


@sessions.command("revoke-all")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def revoke_all(yes: bool, json_wanted: bool) -> None:
    """End all sessions of all users, and their tokens; everybody may log in again.

    One write ends all of them; then their documents are removed. If that is interrupted, they have
    ended all the same: run it again to remove the rest.
    """
    if not yes:
        click.confirm("End all sessions of all users?", abort=True, err=True)
    removed = 0
    for removed in service(SessionEnding).end_everybody():
        if removed and removed % _PROGRESS_EVERY == 0:
            click.echo(f"{removed} sessions removed …", err=True)
    facts = {"sessions_removed": removed, "done": "ended"}
    say(f"All sessions have ended; removed: {removed}.", facts, as_json_only=json_wanted)


# An id may begin with a dash: an unknown option is taken for an id.
@sessions.command(context_settings={"ignore_unknown_options": True})
@click.argument("session_id")
@json_option
def revoke(session_id: str, json_wanted: bool) -> None:
    """End the session SESSION_ID, and its tokens."""
    service(Administration).end_session(session_id)
    facts = {"session_id": session_id, "done": "ended"}
    say("The session has ended.", facts, as_json_only=json_wanted)


def _beyond(found: list[Session], session_id: str) -> list[Session]:
    ids = [session.id for session in found]
    if session_id not in ids:
        raise CommandError(f"The user has no session of the id {session_id!r} any more.")
    return found[ids.index(session_id) + 1 :]
