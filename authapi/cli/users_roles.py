"""`flask users roles`: what a user may do."""

import click

from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import printable, say
from authapi.cli.users import named, users
from authapi.revocation.service import NoRevocations, Revocations
from authapi.web.services import service

_USAGE = "write +ROLE to give a role, and -ROLE to take it away"


@users.command("roles", context_settings={"ignore_unknown_options": True})
@user_argument
@click.argument("changes", nargs=-1, metavar="[+ROLE|-ROLE]...", type=click.UNPROCESSED)
@click.option("--now", is_flag=True, help="Access tokens with a role taken away end at once.")
@json_option
def roles(name: str, changes: tuple[str, ...], by_id: bool, now: bool, json_wanted: bool) -> None:
    """List a user's roles, give some and take some away.

    +editor gives one, -admin takes one away. What was taken away ends at the next refresh of each
    session; with --now access tokens with it are void at once, and clients refresh.
    """
    administration, ref = service(Administration), UserRef(name, by_id)
    if now and isinstance(service(Revocations), NoRevocations):
        raise CommandError("There is no --now here: REVOCATION is off.")
    if changes:
        add, remove = _changes(changes, administration.find_user(ref).roles.names)
        user = administration.change_roles(ref, add, remove, now=now)
    elif now:
        raise click.UsageError(f"--now is about roles that are taken away: {_USAGE}")
    else:
        user = administration.find_user(ref)
    facts = {"username": user.username, "user_id": user.id, "roles": user.roles.names}
    has = ", ".join(user.roles.names) or "no roles"
    say(f"{named(user)} has {has}.", facts, as_json_only=json_wanted)


def _changes(changes: tuple[str, ...], has: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Return what is given and what is taken away; a mistyped option is no role to take away."""
    if odd := [change for change in changes if change[:2] == "--" and change[1:] not in has]:
        raise click.NoSuchOption(odd[0])
    add = {change[1:] for change in changes if change.startswith("+")}
    remove = {change[1:] for change in changes if change.startswith("-")}
    if len(add) + len(remove) < len(set(changes)):
        raise click.UsageError(_USAGE)
    if both := add & remove:
        raise click.UsageError(f"{printable(min(both))} is given and taken away at once")
    return add, remove
