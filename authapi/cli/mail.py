"""`flask mail`: what is mailed, what waits, and whether the mail servers work."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click
from flask import current_app

from authapi.administration.errors import CommandError
from authapi.cli.group import CommandGroup
from authapi.cli.options import after_option, json_option
from authapi.cli.output import as_json, say, sheet, table, timestamp, when
from authapi.core.cursors import Cursor
from authapi.web.services import service

if TYPE_CHECKING:
    from authapi.mail.models import Record
    from authapi.mail.service import MailService

_STATES = click.Choice(["due", "sent", "dead", "void"])  # what `Settled` calls the result

mail = CommandGroup("mail", help="Look after the mails.")


@mail.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--state", type=_STATES, help="Only those in this state.")
@after_option
@json_option
def list_mails(limit: int, state: str | None, after: Cursor | None, json_wanted: bool) -> None:
    """List the mails made last, the newest first, a page at a time."""
    found = _mails().newest(limit + 1, state, after)
    page, cursor = found[:limit], None
    if len(found) > limit:
        cursor = str(Cursor(page[-1].mail.made_at, page[-1].mail.id))
    if json_wanted:
        as_json({"mails": [_described(record) for record in page], "after": cursor})
        return
    rows = [
        (record.mail.id, record.mail.kind, record.settled.result, _whom(record), _when(record))
        for record in page
    ]
    table(("ID", "KIND", "STATE", "TO", "AT"), rows)
    if cursor:
        click.echo(f"There are earlier ones: --after {cursor}", err=True)


@mail.command(context_settings={"ignore_unknown_options": True})
@click.argument("mail_id")
@json_option
def show(mail_id: str, json_wanted: bool) -> None:
    """Show what became of the mail MAIL_ID; its link and code are never shown."""
    record = _mails().find_mail(mail_id)
    if record is None:
        raise CommandError(f"There is no mail of the id {mail_id!r}.")
    described = _described(record)
    if json_wanted:
        as_json(described)
    else:
        sheet({name: str(fact) for name, fact in described.items() if fact is not None})


@mail.command(context_settings={"ignore_unknown_options": True})
@click.argument("mail_id")
@json_option
def retry(mail_id: str, json_wanted: bool) -> None:
    """Let the mail MAIL_ID, which was given up, be tried for another day."""
    if not _mails().retry(mail_id):
        raise CommandError(
            f"There is no mail of the id {mail_id!r} that was given up and can be retried."
        )
    facts = {"mail_id": mail_id, "done": "due again"}
    say("The mail is due again.", facts, as_json_only=json_wanted)


@mail.command()
@json_option
def send(json_wanted: bool) -> None:
    """Send all that is due now, and end; for cron, or a systemd timer."""
    results = _mails().send()
    counts = [f"{count} {result}" for result, count in sorted(results.items())]
    say(", ".join(counts) or "Nothing was due.", dict(results), as_json_only=json_wanted)


@mail.command()
@click.argument("address")
@click.option("--language", metavar="CODE", help="Such as en or de.")
@json_option
def test(address: str, language: str | None, json_wanted: bool) -> None:
    """Send a test mail to ADDRESS at once, and say what the mail server answered."""
    from authapi.mail.message import BadAddress
    from authapi.mail.transport import Accepted

    try:
        answer = _mails().test(secrets.token_hex(12), address, language)
    except BadAddress:
        raise CommandError(f"{address!r} is not one address.") from None
    if not isinstance(answer, Accepted):
        raise CommandError(f"The mail was not accepted: {answer.said}")
    facts = {"via": answer.via, "said": answer.said}
    say(f"{answer.via} took it: {answer.said}", facts, as_json_only=json_wanted)


@mail.command()
@json_option
def status(json_wanted: bool) -> None:
    """Say how many mails wait, since when, and how many were given up."""
    backlog = _mails().backlog()
    if json_wanted:
        oldest = timestamp(backlog.oldest)
        as_json({"due": backlog.due, "next_due_at": oldest, "dead": backlog.dead})
    else:
        oldest = when(backlog.oldest) if backlog.oldest else None
        sheet({"due": str(backlog.due), "next due": oldest or "-", "dead": str(backlog.dead)})


def _mails() -> MailService:
    """Return the mail service; it is imported only where mails are sent."""
    if not current_app.config["MAILS"]:
        raise CommandError("No mail is sent here: MAIL_URL is not set.")
    from authapi.mail.service import MailService

    return service(MailService)


def _described(record: Record) -> dict[str, object]:
    sent, mail = record.settled, record.mail
    return {
        "id": mail.id,
        "kind": mail.kind,
        "state": sent.result,
        "to": mail.to,
        "user_id": mail.user_id,
        "made_at": timestamp(mail.made_at),
        "due_at": timestamp(mail.due_at),
        "settled_at": timestamp(sent.at),
        "attempts": mail.attempts,
        "via": sent.via,
        "said": sent.said,
    }


def _whom(record: Record) -> str:
    return record.mail.to or record.mail.user_id or "-"


def _when(record: Record) -> str:
    return when(record.settled.at or record.mail.due_at or record.mail.made_at)
