"""`flask users reset-factors`: for users who lost the authenticator app and the recovery codes."""

import click

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import say
from authapi.cli.users import named, users
from authapi.factors.operating import OperatorFactors
from authapi.web.services import service

REASONS = ("lost", "broken", "stolen", "other")


@users.command("reset-factors")
@user_argument
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    prompt="Why",
    help="What became of them; it stands in the audit trail.",
)
@json_option
def reset_factors(name: str, by_id: bool, reason: str, json_wanted: bool) -> None:
    """Remove the second factors of a user: app, passkeys and recovery codes; end all sessions.

    The user is told by mail. The password stays as it is and is enough from then on, so make sure
    first who is asking. For a lost password as well: flask users recovery-link.
    """
    user = service(Administration).find_user(UserRef(name, by_id))
    service(OperatorFactors).reset(user.id, reason)
    facts = {"username": user.username, "user_id": user.id, "done": "left without factors"}
    say(f"{named(user)} has no second factor any more.", facts, as_json_only=json_wanted)
