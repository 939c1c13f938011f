"""`flask users recovery-link`: a way back in for a user who lost the password."""

import click

from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import as_json, when
from authapi.cli.users import named, users
from authapi.mail.links import NoPage
from authapi.recovery.service import Recovery
from authapi.web.services import service


@users.command("recovery-link")
@user_argument
@json_option
def recovery_link(name: str, by_id: bool, json_wanted: bool) -> None:
    """Print a link that lets a user choose a new password, within 24 hours.

    It works without mail. Whoever has it has the account: hand it to the owner alone.
    """
    user = service(Administration).find_user(UserRef(name, by_id))
    if user.disabled:
        raise CommandError(f"{user.username} is disabled: flask users enable comes first.")
    try:
        link, until = service(Recovery).operators_link(user)
    except NoPage as missing:
        raise CommandError(f"{missing}. Set it, or RESET_URL.") from None
    if json_wanted:
        ends = until.isoformat(timespec="seconds")
        as_json({"username": user.username, "user_id": user.id, "link": link, "until": ends})
        return
    click.echo(f"For {named(user)}, until {when(until)}:", err=True)
    click.echo(link)
