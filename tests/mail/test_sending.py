"""Sending: what a mail server may answer, and what becomes of the mail."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from authapi.mail import documents
from authapi.mail.kinds import Kind
from authapi.mail.links import LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail, Settled
from tests.mail.conftest import ANN, KINDS, PUBLIC_URL, TOKENS, Room, servers, to_unverified
from tests.support.crowd import at_once
from tests.support.mail_server import (
    CUT_AFTER_ACCEPTING,
    CUT_BEFORE_ACCEPTING,
    MailServer,
    mail_server,
    silent_server,
)
from tests.support.servers import free_port

MANY = 300


def test_a_mail_reaches_its_reader(room: Room, server: MailServer) -> None:
    """Both parts, the headers that no machine answers, and a link that verifies."""
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


@pytest.mark.parametrize(
    ("script", "after", "accepted"),
    [
        ({"rcpt": "550 no such user"}, "dead", 0),
        ({"rcpt": "451 try again"}, "due", 0),
        ({"rcpt": "530 log in first"}, "due", 0),
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
    """S98: only a refusal of the address or the text is for good; what was accepted is sent."""
    mail_id = room.add()
    rcpt, data = (_always(script.get(command, "250 OK")) for command in ("rcpt", "data"))
    with mail_server(rcpt=rcpt, data=data) as server:
        room.sender(servers(server.port, clock=room.clock)).run_once()
        assert len(server.mails) == accepted
    record = room.record(mail_id)
    assert record.settled.result == after
    assert [event.event for event in room.events] == (["mail_dead"] if after == "dead" else [])


def test_a_deferred_mail_is_sent_later_with_the_same_link(room: Room) -> None:
    """After 30 seconds and a little; the same Message-ID and the very same link."""
    mail_id = room.add()
    with mail_server(data=_always("451 later")) as server:
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
    """Its link is over: nobody gets one that is dead, and an event says so."""
    mail_id = room.add()
    with mail_server(data=_always("451 later")) as server:
        sender = room.sender(servers(server.port, clock=room.clock))
        for _ in range(12):
            sender.run_once()
            room.clock.move(minutes=10)
    assert room.result(mail_id) == "dead"
    assert [event.reason for event in room.events] == ["expired"]


def test_a_mail_that_waited_too_long_is_not_sent(room: Room, server: MailServer) -> None:
    """All senders were away for longer than a reset is good: whoever asked has asked again."""
    mail_id = room.add()
    room.clock.move(minutes=61)
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert (room.result(mail_id), server.mails) == ("dead", [])


def test_a_mail_that_was_given_up_keeps_nothing_that_a_stranger_typed(room: Room) -> None:
    """S134: such a row is in no user's export, so that nothing personal may stay in it."""
    mail_id = secrets.token_hex(12)
    room.outbox.add(mail_id, "reset", asked_for="ann", facts={"client": "Firefox"})
    room.clock.move(minutes=61)
    room.sender(servers(free_port(), clock=room.clock)).run_once()
    stored = room.database["mail"].find_one({"_id": mail_id})
    assert stored is not None
    assert stored["said"] == "expired"
    assert not {"asked_for", "facts", "to"} & set(stored)
    now = room.clock()
    assert not room.store.retry(mail_id, due_at=now, valid_until=now)  # it is for nobody any more


def test_a_dead_address_delays_nobody(room: Room) -> None:
    """S98: others are sent in the same run, past refused and deferred ones."""
    answers = {"dead@example.com": "550 unknown", "full@example.com": "452 full"}
    ids = {address: room.add(address) for address in (*answers, "ann@example.com")}
    with mail_server(rcpt=lambda address: answers.get(address, "250 OK")) as server:
        results = room.sender(servers(server.port, clock=room.clock)).run_once()
        assert [mail["To"] for mail in server.mails] == ["ann@example.com"]
    assert results == {"dead": 1, "deferred": 1, "sent": 1}
    assert room.result(ids["full@example.com"]) == "due"


@pytest.mark.parametrize("first", ["silent", "closed", "closing"])
def test_the_second_server_takes_over(room: Room, server: MailServer, first: str) -> None:
    """S98: one that swallows connections, is not there, or is closing; then it is passed over."""
    with silent_server() as silent, mail_server(rcpt=_always("421 closing")) as closing:
        ports = {"silent": silent, "closed": free_port(), "closing": closing.port}
        step = 3.0 if first == "silent" else 30.0
        transport = servers(ports[first], server.port, clock=room.clock, step=step)
        room.add()
        room.add()
        assert room.sender(transport).run_once() == {"sent": 2}
        assert closing.connections == (1 if first == "closing" else 0)
        room.clock.move(seconds=61)
        room.add()
        room.sender(transport).run_once()
        assert closing.connections == (2 if first == "closing" else 0)
    assert len(server.mails) == 3


def test_mails_wait_while_no_server_is_there(room: Room) -> None:
    """One mail learns it; the others lose no attempt."""
    ids = [room.add(f"user{number}@example.com") for number in range(5)]
    sender = room.sender(servers(free_port(), clock=room.clock))
    assert sender.run_once() == {"deferred": 1}
    assert sorted(room.record(mail_id).mail.attempts for mail_id in ids) == [0, 0, 0, 0, 1]
    assert sender.run_once() == {}


def test_one_of_many_sends(room: Room, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """S97: 32 senders have all seen one mail that is due before any claims it; it is sent once."""
    room.add()
    look, all_have_seen = room.store.due, threading.Barrier(32)

    def due(now: datetime, limit: int) -> list[Mail]:
        if found := look(now, limit):
            all_have_seen.wait(timeout=60)
        return found

    monkeypatch.setattr(room.store, "due", due)
    senders = [room.sender(servers(server.port, clock=room.clock)) for _ in range(32)]
    results = at_once([sender.run_once for sender in senders])
    assert sum(result["sent"] for result in results) == 1
    assert len(server.mails) == 1


def test_a_mail_that_a_dead_process_claimed_is_sent_after_a_minute(
    room: Room, server: MailServer
) -> None:
    """S97: the lease is the due date."""
    mail_id = room.add()
    (mail,) = room.store.due(room.clock(), 10)
    until = room.clock() + timedelta(seconds=60)
    assert room.store.claim(mail, until=until, valid_until=until + timedelta(hours=1))
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {}
    room.clock.move(seconds=61)
    assert sender.run_once() == {"sent": 1}
    assert room.record(mail_id).mail.attempts == 2


def test_who_lost_the_lease_settles_nothing_but_what_was_sent(room: Room) -> None:
    """S97: a slow sender revives no mail that another one sent; but what it sent itself is sent."""
    mail_id = room.add()
    (seen,) = room.store.due(room.clock(), 10)
    now = room.clock()
    slow = room.store.claim(seen, until=now + timedelta(seconds=60), valid_until=now)
    room.clock.move(seconds=61)
    (seen,) = room.store.due(room.clock(), 10)
    quick = room.store.claim(seen, until=room.clock() + timedelta(seconds=60), valid_until=now)
    assert slow is not None
    assert quick is not None
    room.store.defer(slow, due_at=now, said="451")
    room.store.settle(slow, Settled("dead", at=now), expires_at=now)
    room.store.remove(slow)
    assert room.record(mail_id).mail.due_at == quick.due_at
    room.store.settle(slow, Settled("sent", at=now), expires_at=now)
    assert room.result(mail_id) == "sent"
    room.store.defer(quick, due_at=now, said="451")
    assert room.record(mail_id).mail.due_at is None


def test_hundreds_of_mails_pass_a_faulty_server(room: Room) -> None:
    """None is lost and none doubled: it says 451 and 421, cuts lines, and refuses some for good."""
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


def test_the_hour_has_room_for_so_many(room: Room, server: MailServer) -> None:
    """S95: the rest waits, loses no attempt, and goes when there is room again."""
    room.per_hour = 3
    for number in range(5):
        room.add(f"user{number}@example.com", "deleted")
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 3}
    assert room.store.backlog().due == 2
    room.clock.move(minutes=61)
    assert sender.run_once() == {"sent": 2}


def test_one_account_gets_so_many_that_were_asked_for(room: Room, server: MailServer) -> None:
    """S95: 5 an hour; the others are void, and no answer ever says so."""
    room.kinds["reset"] = replace(KINDS["reset"], on_request=True)
    ids = [room.add() for _ in range(7)]
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 5, "void": 2}
    assert Counter(room.record(mail_id).settled.said for mail_id in ids)["too many mails"] == 2
    room.clock.move(minutes=61)
    room.add()
    assert sender.run_once() == {"sent": 1}


def test_one_address_gets_so_many_from_all_accounts(room: Room, server: MailServer) -> None:
    """S95: 10 a day, however many accounts name it, and however it is cased."""

    def of_many(mail: Mail) -> Envelope:
        return Envelope(str(mail.facts["to"]), user_id=mail.id)

    room.kinds["reset"] = Kind("reset", timedelta(hours=1), of_many, on_request=True)
    for number in range(12):
        to = "ANN@example.com" if number % 2 else "ann@example.com"
        room.outbox.add(f"{number:024}", "reset", facts={"to": to, "username": "x"})
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {"sent": 10, "void": 2}


def test_a_request_is_void_once_the_account_changed(room: Room) -> None:
    """S85: a reset that was asked for before the epoch went up brings no link of the new epoch."""
    epochs = iter([3, 4])

    def of_now(_mail: Mail) -> Envelope:
        link = LinkClaims(Purpose.RESET, ANN, next(epochs), "ann@example.com")
        return Envelope("ann@example.com", {"username": "ann"}, ANN, link=link)

    room.kinds["reset"] = Kind("reset", timedelta(hours=1), of_now, on_request=True)
    mail_id = room.add()
    with mail_server(data=_always("451 later")) as server:
        sender = room.sender(servers(server.port, clock=room.clock))
        sender.run_once()
        room.clock.move(minutes=1)
        assert sender.run_once() == {"void": 1}
    assert room.result(mail_id) == "void"


def test_what_concerns_nobody_leaves_no_row(room: Room, server: MailServer) -> None:
    """Somebody asked for a name that nobody has: nothing of what was typed is kept."""
    mail_id = room.add(to=None)
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {"void": 1}
    assert room.store.find(mail_id) is None


def test_the_last_mail_leaves_no_address(room: Room, server: MailServer) -> None:
    """S134: of a deleted user nothing personal stays, and the mail is not sent twice either."""
    mail_id = room.add(kind="deleted")
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert len(server.mails) == 1
    document = room.database["mail"].find_one({"_id": mail_id})
    assert document is not None
    assert document.keys() == {
        "_id", "kind", "made_at", "attempts", "valid_until", "sent_at", "via", "expires_at",
    }  # fmt: skip
    room.outbox.add(mail_id, "deleted", to="ann@example.com")
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert len(server.mails) == 1


def test_a_fault_in_one_mail_keeps_no_other(
    room: Room, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Its kind's room raises; the mail waits, the others go, and the log has no address (S123)."""

    def broken(mail: Mail) -> Envelope:
        raise RuntimeError(f"about {mail.to}")

    room.kinds["broken"] = Kind("broken", timedelta(hours=1), broken)
    room.add(kind="broken")
    room.add()
    room.add(kind="unheard-of")
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {
        "sent": 1,
        "deferred": 2,
    }
    assert "RuntimeError" in caplog.text
    assert "ann@example.com" not in caplog.text


@pytest.mark.parametrize(
    "to",
    ["", "ann", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>", "Ann <a@b>", "a@bücher.example", "@b"],
)
def test_a_bad_address_gets_nothing(room: Room, server: MailServer, to: str) -> None:
    """S94: lists, line ends and names are no address; the mail is dead, and the run goes on."""
    mail_id = room.add(to)
    room.add()
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert room.result(mail_id) == "dead"
    assert [mail["To"] for mail in server.mails] == ["ann@example.com"]


@pytest.mark.parametrize("kind", ["verify", "reset"])
def test_an_unverified_address_reads_nothing_that_a_stranger_chose(
    room: Room, server: MailServer, kind: str
) -> None:
    """S94: no user name, no device, whatever the words: name, code, link, and "ignore this"."""
    room.kinds[kind] = replace(KINDS[kind], resolve=to_unverified)
    facts = {"username": "Visit evil.example", "device": "evil.example", "name": "evil.example"}
    room.outbox.add("1" * 24, kind, to="new@example.com", facts=facts)
    room.sender(servers(server.port, clock=room.clock)).run_once()
    raw = server.mails[0].as_string()
    assert "evil" not in raw
    assert "ignore this mail" in raw


def test_an_address_beyond_ascii_is_reached(room: Room, server: MailServer) -> None:
    """RFC 6531: by servers that say that they can."""
    room.add("änn@example.com")
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {"sent": 1}
    assert server.mails[0]["To"] == "änn@example.com"


def _always(reply: str) -> Callable[[str], str]:
    return lambda _address: reply


def _add_many(room: Room, count: int) -> None:
    now = room.clock()
    documents_of = [
        documents.document(Mail(f"{number:024}", "reset", now, now, to=f"user{number}@example.com"))
        for number in range(count)
    ]
    room.database["mail"].insert_many(documents_of)
