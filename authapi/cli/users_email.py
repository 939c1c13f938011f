"""`flask users set-email` and `verify-email`: the address of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from authapi.accounts.emails import read_email
from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import printable, say
from authapi.cli.users import named, require_addresses, users
from authapi.web.services import service

if TYPE_CHECKING:
    from authapi.addresses.operating import OperatorAddresses


@users.command("set-email")
@user_argument
@click.argument("address")
@click.option("--verified", is_flag=True, help="Vouch for it: nobody is asked to confirm it.")
@json_option
def set_email(name: str, address: str, by_id: bool, verified: bool, json_wanted: bool) -> None:
    """Give a user the e-mail ADDRESS.

    A code and a link are mailed there; the address counts when one of them was used. With
    --verified it counts at once: for somebody whose address you know. A former one gets a mail, and
    can undo the change for 72 hours.
    """
    addresses = _addresses()
    user = service(Administration).find_user(UserRef(name, by_id))
    try:
        email = read_email(address, reserved=True)
    except ValueError as problem:
        raise CommandError(str(problem)) from None
    if verified:
        addresses.set_confirmed(user.id, email)
    else:
        addresses.ask(user.id, email)
    done = "is now the address" if verified else "waits to be confirmed as the address"
    facts = {"username": user.username, "email": email.text, "verified": verified}
    say(f"{printable(email.text)} {done} of {named(user)}.", facts, as_json_only=json_wanted)


@users.command("verify-email")
@user_argument
@json_option
def verify_email(name: str, by_id: bool, json_wanted: bool) -> None:
    """Confirm a user's address without the mailed code.

    It is for an address that waits to be confirmed, when you know whose it is.
    """
    addresses = _addresses()
    user = addresses.confirm(service(Administration).find_user(UserRef(name, by_id)).id)
    email = printable(user.email or "")
    facts = {"username": user.username, "email": user.email, "verified": True}
    say(f"{email} is now the address of {named(user)}.", facts, as_json_only=json_wanted)


def _addresses() -> OperatorAddresses:
    require_addresses()
    from authapi.addresses.operating import OperatorAddresses  # loaded where there are addresses

    return service(OperatorAddresses)
