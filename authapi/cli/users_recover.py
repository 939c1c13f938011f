"""`flask users recovery-link` and `reset-factors`: for who lost the password, or the app."""

import click

from authapi.accounts.models import User
from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import as_json, printable, say, timestamp, when
from authapi.cli.users import named, require_addresses, users
from authapi.factors.operating import OperatorFactors
from authapi.mail.links import NoPage
from authapi.recovery.service import Recovery
from authapi.web.services import service

REASONS = ("lost", "broken", "stolen", "other")


@users.command("recovery-link")
@user_argument
@click.option("--mail", "mailed", is_flag=True, help="Mail it to the owner; it is not shown.")
@json_option
def recovery_link(name: str, by_id: bool, mailed: bool, json_wanted: bool) -> None:
    """Print a link that lets a user choose a new password, within 24 hours.

    It works without mail. Whoever has it has the account: hand it to the owner alone, or let
    --mail send it to the confirmed address.
    """
    user = service(Administration).find_user(UserRef(name, by_id))
    if user.disabled:
        raise CommandError(f"{user.username} is disabled: flask users enable comes first.")
    if mailed:
        _mail_link(user, json_wanted)
        return
    try:
        link, until = service(Recovery).operators_link(user)
    except NoPage as missing:
        raise CommandError(f"{missing}. Set it, or RESET_URL.") from None
    if json_wanted:
        facts = {"username": user.username, "user_id": user.id, "link": link}
        as_json({**facts, "until": timestamp(until)})
        return
    click.echo(f"For {named(user)}, until {when(until)}:", err=True)
    click.echo(link)


def _mail_link(user: User, json_wanted: bool) -> None:
    require_addresses()
    from authapi.recovery.asking import ResetRequests  # loaded where there are addresses

    if user.email is None:
        raise CommandError(f"{user.username} has no confirmed address: leave out --mail.")
    service(ResetRequests).offer(user)
    facts = {"username": user.username, "user_id": user.id, "mailed_to": user.email}
    sentence = f"A link for {named(user)} is mailed to {printable(user.email)}."
    say(sentence, facts, as_json_only=json_wanted)


@users.command("reset-factors")
@user_argument
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    help="What became of them; it stands in the audit trail. Without it you are asked.",
)
@json_option
def reset_factors(name: str, by_id: bool, reason: str | None, json_wanted: bool) -> None:
    """Remove the second factors of a user: app, passkeys and recovery codes; end all sessions.

    The user is told by mail. The password stays as it is and is enough from then on, so make sure
    first who is asking. For a lost password as well: flask users recovery-link.
    """
    user = service(Administration).find_user(UserRef(name, by_id))
    why = reason or click.prompt("Why", type=click.Choice(REASONS), err=True)
    service(OperatorFactors).reset(user.id, why)
    facts = {"username": user.username, "user_id": user.id, "done": "left without factors"}
    say(f"{named(user)} has no second factor any more.", facts, as_json_only=json_wanted)
