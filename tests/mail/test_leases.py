"""Several senders with one outbox: each mail is claimed by one of them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from authapi.mail.models import Mail, Settled
from tests.mail.conftest import Room, servers
from tests.support.crowd import at_once
from tests.support.mail_server import MailServer
from tests.support.waiting import DEADLINE


def test_one_of_many_sends(room: Room, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """S97: 32 senders read the same due mail before any claims it; it is sent once."""
    room.add()
    look, all_have_seen = room.store.due, threading.Barrier(32)

    def due(now: datetime, limit: int) -> list[Mail]:
        if found := look(now, limit):
            all_have_seen.wait(timeout=DEADLINE)
        return found

    monkeypatch.setattr(room.store, "due", due)
    senders = [room.sender(servers(server.port, clock=room.clock)) for _ in range(32)]
    results = at_once([sender.run_once for sender in senders])
    assert sum(result["sent"] for result in results) == 1
    assert len(server.mails) == 1


def test_a_mail_that_a_dead_process_claimed_is_sent_after_a_minute(
    room: Room, server: MailServer
) -> None:
    """S97: A claim moves the due date by a minute."""
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
    """S97: A slow sender changes no state of a mail, except to "sent" if it sent it."""
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
