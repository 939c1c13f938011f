"""A thousand mails with a faulty mail server and killed senders (S97, S98)."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter

from authapi.mail.kinds import notice_kinds
from authapi.mail.notices import Notice
from tests.mail.conftest import Room, servers
from tests.mail.test_crashes import sent
from tests.support.mail_server import CUT_AFTER_ACCEPTING, MailServer, mail_server
from tests.support.servers import ROOT, clean_environment

MANY = 1000
EVERY = 90
"""After so many accepted mails a sender is killed: before it can note what it sent."""
SCRIPT = [*[*["250 OK"] * 30, "451 later", CUT_AFTER_ACCEPTING] * 5, "421 closing"]


def tell_everybody(room: Room) -> set[str]:
    """Let a notice stand in each of a thousand users' documents; return the notices' ids."""
    room.clock.move(seconds=-10)
    notices = [Notice("password_changed", room.clock()) for _ in range(MANY)]
    room.clock.reset()
    room.database["users"].insert_many(
        {
            "_id": f"{number:024}",
            "username": f"user{number}",
            "name_key": f"user{number}",
            "email": f"user{number}@example.com",
            "email_key": f"user{number}@example.com",
            "notices": [notice.document()],
        }
        for number, notice in enumerate(notices)
    )
    return {notice.id for notice in notices}


class Killers:
    """The answers of a mail server, which kills senders after it accepted a mail."""

    def __init__(self) -> None:
        self.kills = 0
        self.senders: list[subprocess.Popen[bytes]] = []
        self._answers = itertools.cycle(SCRIPT)
        self._accepted = itertools.count(1)

    def answer(self, _address: str) -> str:
        """Return what is said about a message."""
        answer = next(self._answers)
        if answer == "250 OK" and next(self._accepted) % EVERY == 0 and self.senders:
            os.kill(self.senders[self.kills % len(self.senders)].pid, signal.SIGKILL)
            self.kills += 1
        return answer


def test_a_thousand_mails_pass_killed_senders_and_a_faulty_server(
    room: Room, environment: dict[str, str]
) -> None:
    """None is lost; a kill repeats at most one mail."""
    ids, killers = tell_everybody(room), Killers()
    with mail_server(data=killers.answer) as server:
        told = told_to_send(room, server, environment)
        for _ in range(4):
            killers.senders = [begun(told) for _ in range(2)]
            ends = [sender.wait() for sender in killers.senders]
            assert set(ends) <= {0, -signal.SIGKILL}
        killers.senders = []
        send_the_rest(room, server)
        times = sent(server)
    assert times.keys() == ids
    assert killers.kills >= 3
    assert sum(times.values()) - MANY <= killers.kills
    assert Counter(record.settled.result for record in room.store.newest(2 * MANY)) == {
        "sent": MANY
    }


def send_the_rest(room: Room, server: MailServer) -> None:
    """Run one more sender until all mails are sent."""
    room.kinds.update({kind.name: kind for kind in notice_kinds(room.notices)})
    sender = room.sender(servers(server.port, clock=room.clock))
    room.clock.move(seconds=61)  # a killed sender's lease
    sender.run_once()
    while sender.next_due() is not None:
        room.clock.move(minutes=15)
        sender.run_once()


def told_to_send(room: Room, server: MailServer, environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of a sender without quotas."""
    return {
        **environment,
        "AUTHAPI_ENV": "production",
        "MONGO_DATABASE": room.database._database().name,
        "PUBLIC_URL": "https://accounts.example",
        "MAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "MAIL_FROM": "Example <no-reply@example.com>",
        "MAIL_PER_HOUR": "1000000",
        "MAIL_SWEEP": "off",
    }


def begun(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Begin to send, in a process of its own."""
    command = [sys.executable, "-m", "flask", "mail", "send"]
    return subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(environment), stdout=subprocess.DEVNULL
    )
