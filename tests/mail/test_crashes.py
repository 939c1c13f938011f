"""A killed sender loses no mail, and repeats at most one (S96, S97)."""

from __future__ import annotations

from collections import Counter
from itertools import count

import pytest

from authapi.mail.kinds import notice_kinds
from authapi.mail.notices import Notice
from tests.mail.conftest import ANN, PUBLIC_URL, Room, servers
from tests.support.dying import DEAD, dies_after
from tests.support.mail_server import MailServer

STORY = """
from authapi.mail.service import MailService
mails = app.extensions["authapi"][MailService]
{trap}
mails.send()
"""
TRAP = """
deliver = mails._transport.deliver
def accepted_and_gone(message):
    deliver(message)
    os._exit({dead})
mails._transport.deliver = accepted_and_gone
"""


@pytest.fixture
def mailing(room: Room, server: MailServer, environment: dict[str, str]) -> dict[str, str]:
    """The environment of a process that sends the room's mails to the server."""
    return {
        **environment,
        "AUTHAPI_ENV": "production",
        "MONGO_DATABASE": room.database._database().name,
        "PUBLIC_URL": PUBLIC_URL,
        "MAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "MAIL_FROM": "Example <no-reply@example.com>",
        "MAIL_SWEEP": "off",
    }


def tell(room: Room) -> set[str]:
    """Store two notices in a user's document; return their ids."""
    room.clock.move(seconds=-10)
    notices = [Notice(kind, room.clock()) for kind in ("password_changed", "session_ended")]
    room.clock.reset()
    room.database["users"].insert_one(
        {
            "_id": ANN,
            "username": "Ann",
            "name_key": "ann",
            "epoch": 4,
            "email": "ann@example.com",
            "email_key": "ann@example.com",
            "notices": [notice.document() for notice in notices],
        }
    )
    return {notice.id for notice in notices}


def sweep(room: Room, server: MailServer) -> None:
    """Run another sender after the lease."""
    room.kinds.update({kind.name: kind for kind in notice_kinds(room.notices)})
    room.clock.move(seconds=61)
    room.sender(servers(server.port, clock=room.clock)).run_once()
    room.clock.reset()


def sent(server: MailServer) -> Counter[str]:
    """Return how often each mail was accepted, by the id in its Message-ID."""
    return Counter(mail["Message-ID"].strip("<>").split("@")[0] for mail in server.mails)


def test_a_sender_that_dies_after_any_write_loses_and_doubles_nothing(
    room: Room, server: MailServer, mailing: dict[str, str]
) -> None:
    """S96: It is killed after each write between the notice and the end of sending."""
    deaths = 0
    for writes in count(1):
        ids = tell(room)
        died = dies_after(writes, mailing, STORY.format(trap=""))
        sweep(room, server)
        assert sent(server) == dict.fromkeys(ids, 1), writes
        assert room.store.next_due() is None
        found = room.database["users"].find_one({"_id": ANN})
        assert found is not None
        assert found["notices"] == []
        room.database["users"].delete_many({})
        server.mails.clear()
        if not died:
            break
        deaths += 1
    assert deaths == 7  # two inserts, a pull, and for each mail a claim and a note


def test_a_crash_past_the_acceptance_repeats_the_very_same_mail(
    room: Room, server: MailServer, mailing: dict[str, str]
) -> None:
    """S97: One mail is repeated, with the same Message-ID and link."""
    ids = tell(room)
    assert dies_after(1000, mailing, STORY.format(trap=TRAP.format(dead=DEAD)))
    sweep(room, server)
    times = sent(server)
    assert times.keys() == ids
    assert sorted(times.values()) == [1, 2]
    (twice,) = [mail_id for mail_id, number in times.items() if number == 2]
    first, second = [mail for mail in server.mails if twice in mail["Message-ID"]]
    parts = [mail.get_body(("plain",)) for mail in (first, second)]
    assert parts[0] is not None
    assert parts[1] is not None
    assert parts[0].get_content() == parts[1].get_content()
    assert "/account/secure#" in parts[0].get_content()
