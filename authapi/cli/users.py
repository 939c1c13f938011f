"""`flask users`: the users."""

import shlex
import sys

import click
from flask import current_app

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.cli.group import CommandGroup
from authapi.cli.options import json_option, user_argument
from authapi.cli.output import as_json, printable, say, sheet, table, timestamp, when
from authapi.factors.models import Factors
from authapi.factors.serializers import describe
from authapi.web.services import service

_PIPED_BYTES = 8192
"""Longer than any password, and short enough for an input that does not end."""

users = CommandGroup("users", help="Look after the users.")


@users.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def create(name: str, password_stdin: bool, json_wanted: bool) -> None:
    """Register a user called NAME.

    The password is asked for, unseen, or read from standard input; one line end after it is not
    part of it.
    """
    user = service(Administration).create(name, _password(from_stdin=password_stdin))
    _report(user, "created", json_wanted)


@users.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--after", metavar="NAME", default="", help="Go on beyond this name.")
@json_option
def list_users(limit: int, after: str, json_wanted: bool) -> None:
    """List users, sorted by name, a page at a time."""
    found = service(AccountService).page(after, limit + 1)
    page, more = found[:limit], len(found) > limit
    if json_wanted:
        last = page[-1].username if more else None
        as_json({"users": [_fact_sheet(user) for user in page], "after": last})
        return
    rows = [
        (
            u.username,
            u.id,
            when(u.created_at),
            _state(u),
            u.hash_method or "none",
            " ".join(u.roles.names),
        )
        for u in page
    ]
    table(("NAME", "ID", "CREATED", "STATE", "PASSWORD HASH", "ROLES"), rows)
    if more:
        click.echo(f"There are more: --after {printable(shlex.quote(page[-1].username))}", err=True)


@users.command()
@user_argument
@json_option
def show(name: str, by_id: bool, json_wanted: bool) -> None:
    """Show a user."""
    administration = service(Administration)
    user = administration.find_user(UserRef(name, by_id))
    sessions = administration.sessions(user)
    last_seen = sessions[0].refreshed_at if sessions else None
    if json_wanted:
        seen = {"sessions": len(sessions), "last_seen": timestamp(last_seen)}
        as_json({**_fact_sheet(user), **seen})
        return
    sheet(
        {
            "name": user.username,
            "id": user.id,
            "created": when(user.created_at),
            "state": _state(user),
            **({"roles": ", ".join(user.roles.names)} if user.roles.names else {}),
            **_addresses(user),
            "password hash": user.hash_method or "none",
            **_factors(user),
            "sessions": str(len(sessions)),
            "last seen": when(last_seen) if last_seen else "not logged in",
        }
    )


@users.command("set-password")
@user_argument
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def set_password(name: str, by_id: bool, password_stdin: bool, json_wanted: bool) -> None:
    """Give a user another password, and end all sessions.

    The password is asked for, unseen, or read from standard input; one line end after it is not
    part of it.
    """
    administration, ref = service(Administration), UserRef(name, by_id)
    administration.find_user(ref)  # before the password is asked for
    user = administration.set_password(ref, _password(from_stdin=password_stdin))
    _report(user, "given a new password", json_wanted)


@users.command()
@user_argument
@json_option
def disable(name: str, by_id: bool, json_wanted: bool) -> None:
    """Forbid a user to log in, and end all sessions."""
    _report(service(Administration).disable(UserRef(name, by_id)), "disabled", json_wanted)


@users.command()
@user_argument
@json_option
def enable(name: str, by_id: bool, json_wanted: bool) -> None:
    """Allow a user to log in again."""
    _report(service(Administration).enable(UserRef(name, by_id)), "enabled", json_wanted)


@users.command()
@user_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def delete(name: str, by_id: bool, yes: bool, json_wanted: bool) -> None:
    """Remove a user and all that belongs to the user."""
    administration = service(Administration)
    user = administration.find_user(UserRef(name, by_id))
    if not yes:
        question = f"Delete {named(user)} and all that belongs to it?"
        click.confirm(question, abort=True, err=True)
    _report(administration.delete(UserRef(user.id, is_id=True)), "deleted", json_wanted)


@users.command()
@user_argument
@json_option
def logout(name: str, by_id: bool, json_wanted: bool) -> None:
    """End all sessions of a user; the user may log in again."""
    ended = service(Administration).log_out(UserRef(name, by_id))
    sentence = f"{ended} session{'' if ended == 1 else 's'} ended."
    say(sentence, {"sessions_ended": ended}, as_json_only=json_wanted)


def _password(*, from_stdin: bool) -> str:
    try:
        return _piped() if from_stdin else _asked()
    except UnicodeDecodeError:
        raise click.ClickException("The password is not UTF-8.") from None


def _asked() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask at: use --password-stdin.")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _piped() -> str:
    """Read one line; what editors and shells of Windows put before it is not part of it."""
    given = sys.stdin.buffer.read(_PIPED_BYTES + 1)
    if len(given) > _PIPED_BYTES:
        raise click.ClickException("There is more than a password on standard input.")
    if b"\0" in given:
        raise click.ClickException("The password is not UTF-8: it has zero bytes, as UTF-16 has.")
    password = given.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    if "\n" in password or "\r" in password:
        raise click.ClickException("There is more than one line on standard input.")
    return password


def _fact_sheet(user: User) -> dict[str, object]:
    return {
        "username": user.username,
        "user_id": user.id,
        "created_at": user.created_at.isoformat(),
        "disabled": user.disabled,
        "roles": user.roles.names,
        "email": user.email,
        "pending_email": user.pending_email.email if user.pending_email else None,
        "password_hash_method": user.hash_method,
        "factors": describe(user),
    }


def _addresses(user: User) -> dict[str, str]:
    waits = user.pending_email
    return {
        **({"e-mail": user.email} if user.email else {}),
        **({"unconfirmed": waits.email} if waits else {}),
    }


def _factors(user: User) -> dict[str, str]:
    """Return which factors a user has; nothing for a password alone."""
    found = Factors.of(user)
    app = f"app since {when(found.totp.since)}" if found.totp else ""
    passkeys = f"{len(found.passkeys)} passkeys" if found.passkeys else ""
    codes = f"{len(found.recovery)} recovery codes left" if user.second_factor else ""
    factors = ", ".join(filter(None, (app, passkeys, codes)))
    return {"second factor": factors} if factors else {}


def named(user: User) -> str:
    """Return a user's name and id, as people read them."""
    return f"{printable(user.username)} (id {user.id})"


def require_addresses() -> None:
    """Refuse a command that needs addresses where there are none."""
    if current_app.config["EMAIL"] == "off":
        raise CommandError("There are no addresses here: EMAIL is off, or MAIL_URL is not set.")


def _state(user: User) -> str:
    return "disabled" if user.disabled else "active"


def _report(user: User, what: str, json_wanted: bool) -> None:
    facts = {"username": user.username, "user_id": user.id, "done": what}
    say(f"{named(user)} was {what}.", facts, as_json_only=json_wanted)
