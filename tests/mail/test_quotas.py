"""Quotas of mails per hour, account and address."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from authapi.mail.kinds import Kind
from authapi.mail.models import Envelope, Mail
from tests.mail.conftest import KINDS, Room, servers
from tests.support.mail_server import MailServer


def test_the_hour_has_room_for_so_many(room: Room, server: MailServer) -> None:
    """S95: The other mails wait without losing an attempt."""
    room.per_hour = 3
    for number in range(5):
        room.add(f"user{number}@example.com", "deleted")
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 3}
    assert room.store.backlog().due == 2
    room.clock.move(minutes=61)
    assert sender.run_once() == {"sent": 2}


def test_one_account_gets_so_many_that_were_asked_for(room: Room, server: MailServer) -> None:
    """S95: After 5 in an hour the others are dropped, and no answer tells so."""
    room.kinds["reset"] = replace(KINDS["reset"], on_request=True)
    ids = [room.add() for _ in range(7)]
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 5, "void": 2}
    assert Counter(room.record(mail_id).settled.said for mail_id in ids)["too many mails"] == 2
    room.clock.move(minutes=61)
    room.add()
    assert sender.run_once() == {"sent": 1}


def test_one_address_gets_so_many_from_all_accounts(room: Room, server: MailServer) -> None:
    """S95: It gets 10 a day, from all accounts and in any case."""

    def of_many(mail: Mail) -> Envelope:
        return Envelope(str(mail.facts["to"]), user_id=mail.id)

    room.kinds["reset"] = Kind("reset", timedelta(hours=1), of_many, on_request=True)
    for number in range(12):
        to = "ANN@example.com" if number % 2 else "ann@example.com"
        room.add(kind="reset", id=f"{number:024}", to=None, facts={"to": to, "username": "x"})
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 10, "void": 2}


def test_strangers_who_claim_an_address_keep_no_mail_from_its_owner(
    room: Room, server: MailServer
) -> None:
    """S90, S95: The owner's own mails have a quota of their own."""

    def to_claimed(mail: Mail) -> Envelope:
        return Envelope("ann@example.com", user_id=mail.id, verified=False)

    room.kinds["verify"] = Kind("verify", timedelta(hours=1), to_claimed, on_request=True)
    room.kinds["reset"] = replace(KINDS["reset"], on_request=True)
    for number in range(12):
        room.add(kind="verify", id=f"{number:024}", to=None)
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 10, "void": 2}
    room.add()
    assert sender.run_once() == {"sent": 1}
