"""The answers of mail servers, and what becomes of mails."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import pytest

from authapi.mail import documents
from authapi.mail.links import Purpose
from authapi.mail.mailbox import Mailbox
from authapi.mail.models import Mail
from tests.mail.conftest import ANN, KINDS, PUBLIC_URL, TOKENS, Room, servers
from tests.support.crowd import at_once
from tests.support.mail_server import (
    CUT_AFTER_ACCEPTING,
    CUT_BEFORE_ACCEPTING,
    HANG,
    MailServer,
    always,
    mail_server,
    silent_server,
)
from tests.support.servers import free_port

MANY = 300
STEPS = (1.0, 5.0, 25.0, 125.0)
"""How many seconds a server is given for an answer: the first will do, where nothing is slow."""


def test_a_mail_reaches_its_reader(room: Room, server: MailServer) -> None:
    """It has both parts, the headers against automatic replies, and a valid link."""
    mail_id = room.add()
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {"sent": 1}
    (mail,) = server.mails
    assert mail["To"] == "ann@example.com"
    assert mail["From"] == "Example <no-reply@example.com>"
    assert mail["Message-ID"] == f"<{mail_id}@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    (link,) = [line for line in text.get_content().splitlines() if line.startswith("http")]
    page, token = link.split("#")
    assert page == f"{PUBLIC_URL}/account/reset"
    assert TOKENS.read(token, Purpose.RESET, now=room.clock()).user_id == ANN
    assert link in html.get_content()
    record = room.record(mail_id)
    assert (record.settled.result, record.mail.due_at) == ("sent", None)
    assert record.settled.via == f"127.0.0.1:{server.port}"


def test_a_mail_is_shown_once_it_is_sent(room: Room) -> None:
    """Meanwhile the mailbox shows no link."""
    mail_id, before = room.add(), []
    mailbox = Mailbox(lambda _line: before.append(room.record(mail_id)))
    room.sender(mailbox, shows=True).run_once()
    after = room.record(mail_id)
    assert [(record.settled.result, record.envelope) for record in before] == [("due", None)]
    assert after.settled.result == "sent"
    assert after.envelope is not None


@pytest.mark.parametrize(
    ("script", "after", "accepted"),
    [
        ({"rcpt": "550 no such user"}, "dead", 0),
        ({"rcpt": "451 try again"}, "due", 0),
        ({"rcpt": "530 log in first"}, "due", 0),
        ({"rcpt": "501 5.1.3 bad address syntax"}, "dead", 0),
        ({"rcpt": "504 5.5.2 need a whole domain"}, "dead", 0),
        ({"data": "554 spam"}, "dead", 0),
        ({"data": "452 disk full"}, "due", 0),
        ({"data": "421 closing"}, "due", 0),
        ({"data": CUT_BEFORE_ACCEPTING}, "due", 0),
        ({"data": CUT_AFTER_ACCEPTING}, "sent", 1),
    ],
)
def test_every_answer_has_its_consequence(
    room: Room, script: dict[str, str], after: str, accepted: int
) -> None:
    """S98: Only a refusal of the address or the text is permanent."""
    mail_id = room.add()
    rcpt, data = (always(script.get(command, "250 OK")) for command in ("rcpt", "data"))
    with mail_server(rcpt=rcpt, data=data) as server:
        room.sender(servers(server.port, clock=room.clock)).run_once()
        assert len(server.mails) == accepted
    record = room.record(mail_id)
    assert record.settled.result == after
    assert [event.event for event in room.events] == (["mail_dead"] if after == "dead" else [])


def test_a_deferred_mail_is_sent_later_with_the_same_link(room: Room) -> None:
    """It is sent after 30 seconds, with the same Message-ID."""
    mail_id = room.add()
    with mail_server(data=always("451 later")) as server:
        room.sender(servers(server.port, clock=room.clock)).run_once()
    room.clock.move(seconds=29)
    with mail_server() as server:
        sender = room.sender(servers(server.port, clock=room.clock))
        assert sender.run_once() == {}
        room.clock.move(seconds=8)
        assert sender.run_once() == {"sent": 1}
        (mail,) = server.mails
    record = room.record(mail_id)
    assert record.mail.attempts == 2
    assert record.mail.valid_until is not None
    assert record.mail.valid_until < room.clock() + KINDS["reset"].life - timedelta(seconds=30)
    assert mail["Message-ID"] == f"<{mail_id}@example.com>"


def test_a_mail_is_given_up_at_its_end(room: Room) -> None:
    """No expired link is mailed, and an event is recorded."""
    mail_id = room.add()
    with mail_server(data=always("451 later")) as server:
        sender = room.sender(servers(server.port, clock=room.clock))
        for _ in range(13):  # the try after the hour comes 112 minutes on at the latest
            sender.run_once()
            room.clock.move(minutes=10)
    assert room.result(mail_id) == "dead"
    assert [event.reason for event in room.events] == ["expired"]


def test_a_mail_that_waited_too_long_is_not_sent(room: Room, server: MailServer) -> None:
    """After an outage longer than the link's lifetime it is dropped."""
    mail_id = room.add()
    room.clock.move(minutes=61)
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert (room.result(mail_id), server.mails) == ("dead", [])


def test_a_mail_that_was_given_up_keeps_nothing_that_a_stranger_typed(room: Room) -> None:
    """S134: Its row belongs to no user, so it has nothing personal."""
    mail_id = room.add(None, asked_for="ann", facts={"client": "Firefox"})
    room.clock.move(minutes=61)
    room.sender(servers(free_port(), clock=room.clock)).run_once()
    stored = room.database["mail"].find_one({"_id": mail_id})
    assert stored is not None
    assert stored["said"] == "expired"
    assert not {"asked_for", "facts", "to"} & set(stored)
    now = room.clock()
    assert not room.store.retry(mail_id, due_at=now, valid_until=now)  # it is for nobody any more


def test_a_dead_address_delays_nobody(room: Room) -> None:
    """S98: Other mails are sent in the same run."""
    answers = {
        "dead@example.com": "550 unknown",
        "odd@example.com": "501 5.1.3 bad address syntax",
        "full@example.com": "452 full",
    }
    ids = {address: room.add(address) for address in (*answers, "ann@example.com")}
    with mail_server(rcpt=lambda address: answers.get(address, "250 OK")) as server:
        results = room.sender(servers(server.port, clock=room.clock)).run_once()
        assert [mail["To"] for mail in server.mails] == ["ann@example.com"]
    assert results == {"dead": 2, "deferred": 1, "sent": 1}
    assert room.result(ids["full@example.com"]) == "due"


@pytest.mark.parametrize("first", ["silent", "closed"])
def test_the_second_server_takes_over(room: Room, server: MailServer, first: str) -> None:
    """S98: It does so for a server that hangs or is not there, which is skipped then."""
    with silent_server() as silent:
        ports = {"silent": silent, "closed": free_port()}

        def takes_over(step: float) -> bool:
            before = len(server.mails)
            transport = servers(ports[first], server.port, clock=room.clock, step=step)
            room.database["mail"].delete_many({})
            room.add()
            room.add()
            counts = room.sender(transport).run_once()
            return counts == {"sent": 2} and len(server.mails) == before + 2

        assert any(map(takes_over, STEPS))


@pytest.mark.parametrize("fault", ["421 closing", HANG])
def test_the_second_server_takes_over_for_one_address(
    room: Room, server: MailServer, fault: str
) -> None:
    """S98: The first server goes on to send the other mails."""
    dead = "dead@example.com"

    def takes_over(step: float) -> bool:
        before = len(server.mails)
        room.database["mail"].delete_many({})
        with mail_server(rcpt=lambda address: fault if address == dead else "250 OK") as first:
            transport = servers(first.port, server.port, clock=room.clock, step=step)
            for address in (dead, "ann@example.com", dead):
                room.add(address)
                if room.sender(transport).run_once() != {"sent": 1}:
                    return False
            return (
                [mail["To"] for mail in first.mails] == ["ann@example.com"]
                and first.connections == 2  # it is known by now, and asked last
                and len(server.mails) == before + 2
            )

    assert any(map(takes_over, STEPS))


def test_a_server_that_fails_for_three_in_a_row_is_passed_over(
    room: Room, server: MailServer
) -> None:
    """S98: It is tried again a minute later."""
    with mail_server(rcpt=always("421 closing")) as closing:
        sender = room.sender(servers(closing.port, server.port, clock=room.clock))
        for number in range(5):
            room.add(f"user{number}@example.com")
        assert sender.run_once() == {"sent": 5}
        assert closing.connections == 3
        room.clock.move(seconds=61)
        room.add()
        sender.run_once()
        assert closing.connections == 4


@pytest.mark.parametrize("fault", ["421 closing", CUT_BEFORE_ACCEPTING])
def test_an_address_that_ends_the_session_delays_nobody(room: Room, fault: str) -> None:
    """S98: With one server the other mails are sent in the same run."""
    dead = "dead@example.com"
    with mail_server(data=lambda address: fault if address == dead else "250 OK") as server:
        for address in (dead, *(f"user{number}@example.com" for number in range(5))):
            room.add(address)
        results = room.sender(servers(server.port, clock=room.clock)).run_once()
    assert results == {"deferred": 1, "sent": 5}


def test_mails_wait_while_no_server_is_there(room: Room) -> None:
    """Only one mail uses an attempt."""
    ids = [room.add(f"user{number}@example.com") for number in range(5)]
    sender = room.sender(servers(free_port(), clock=room.clock))
    assert sender.run_once() == {"deferred": 1}
    assert sorted(room.record(mail_id).mail.attempts for mail_id in ids) == [0, 0, 0, 0, 1]
    assert sender.run_once() == {}


def test_hundreds_of_mails_pass_a_faulty_server(room: Room) -> None:
    """None is lost or doubled with temporary errors and lost connections."""
    script = ["250 OK"] * 5 + ["451 later", CUT_AFTER_ACCEPTING, "554 no"]
    turns = itertools.cycle([*script * 30, "421 closing"])
    _add_many(room, MANY)
    with mail_server(data=lambda _address: next(turns)) as server:
        while room.store.next_due() is not None:
            crowd = [room.sender(servers(server.port, clock=room.clock)) for _ in range(8)]
            at_once([sender.run_once for sender in crowd])
            room.clock.move(minutes=15)
        records = room.store.newest(2000)
        results = Counter(record.settled.result for record in records)
        ids = [mail["Message-ID"] for mail in server.mails]
    assert results["sent"] + results["dead"] == results.total() == MANY
    assert len(set(ids)) == len(ids) == results["sent"]


def _add_many(room: Room, count: int) -> None:
    now = room.clock()
    documents_of = [
        documents.document(Mail(f"{number:024}", "reset", now, now, to=f"user{number}@example.com"))
        for number in range(count)
    ]
    room.database["mail"].insert_many(documents_of)
