"""The thread that sends mails."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from authapi.mail.worker import MOST_THREADS, Worker
from tests.mail.conftest import Room, servers
from tests.support.mail_server import (
    HANG,
    Answer,
    MailServer,
    always,
    mail_server,
    silent_server,
)
from tests.support.waiting import DEADLINE, until


class Counted:
    """A sender that only counts its runs; `due` says when there is more to do."""

    def __init__(self) -> None:
        self.runs = 0
        self.fails = False
        self.ran = threading.Event()

    def run_once(self, _go_on: object) -> Counter[str]:
        self.runs += 1
        self.ran.set()
        if self.fails:
            raise ConnectionError
        return Counter()

    def next_due(self) -> None:
        return None


def a_worker(sender: object, room: Room, *, on: bool = True) -> Worker:
    """Return a worker that begins at once."""
    return Worker(sender, room.clock, on=on, jitter=lambda: 0.0)  # type: ignore[arg-type]


def test_a_mail_that_is_added_goes_by_itself(room: Room, server: MailServer) -> None:
    """A thread sends it a moment later."""
    worker = a_worker(room.sender(servers(server.port, clock=room.clock)), room)
    mail_id = room.add()
    worker.wake()
    until(lambda: server.mails, "the mail arrives")
    until(lambda: room.result(mail_id) == "sent", "it is settled")


def test_what_was_deferred_goes_by_itself(room: Room) -> None:
    """The thread sends it when it is due."""
    answers = iter(["451 later", "250 OK"])
    with mail_server(data=lambda _address: next(answers)) as server:
        worker = a_worker(room.sender(servers(server.port, clock=room.clock)), room)
        room.add()
        worker.wake()
        until(lambda: server.connections == 1, "the first attempt")
        until(lambda: room.store.backlog().oldest, "it is deferred")
        room.database["mail"].update_one({}, {"$set": {"due_at": room.clock()}})
        worker.wake(timedelta(seconds=0.1))
        until(lambda: server.mails, "the second attempt")


def test_adding_waits_for_no_mail_server(room: Room) -> None:
    """S98: A server that hangs delays only the thread."""
    with silent_server() as port:
        transport = servers(port, clock=room.clock, step=600.0, attempt=600.0)
        worker = a_worker(room.sender(transport), room)
        room.add()
        worker.wake()
        for _ in range(100):
            worker.wake()
            room.add()
        assert len(_threads(worker)) <= MOST_THREADS
        assert transport.available()


def test_a_thread_begins_at_first_need_and_is_one(room: Room) -> None:
    """Without mail no thread is started, and there is never a second one."""
    counted = Counted()
    worker = a_worker(counted, room)
    assert not _threads(worker)
    for _ in range(5):
        worker.wake(timedelta(hours=1))
    assert len(_threads(worker)) == 1
    assert counted.runs == 0
    worker.wake()
    assert counted.ran.wait(DEADLINE)


def test_looking_is_once_in_half_a_minute(room: Room) -> None:
    """The number of requests does not matter."""
    counted = Counted()
    worker = a_worker(counted, room)
    for _ in range(1000):
        worker.look()
    assert counted.ran.wait(DEADLINE)
    worker.look()
    until(lambda: counted.runs == 1, "it looked once")


def test_one_wake_takes_no_later_one_away(room: Room) -> None:
    """S96: A notice that is due later is still sent then."""
    for delay in (0.5, 5, 50):  # a thread that begins late runs once for both
        counted = Counted()
        worker = a_worker(counted, room)
        due = time.monotonic() + delay
        worker.wake(timedelta(seconds=delay))
        worker.wake()
        assert counted.ran.wait(DEADLINE)
        if time.monotonic() < due:
            until(lambda: counted.runs == 2, "it ran for both")  # noqa: B023 - at once
            return
    pytest.fail("no thread begins in time")


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_an_address_that_hangs_holds_no_other_mail_up(room: Room, where: str) -> None:
    """S98: Other mails are sent meanwhile."""
    dead = [f"dead{number}@example.com" for number in range(2)]
    hangs: Answer = lambda address: HANG if address in dead else "250 OK"  # noqa: E731
    fine = always("250 OK")
    rcpt, data = (hangs, fine) if where == "rcpt" else (fine, hangs)
    with mail_server(rcpt=rcpt, data=data) as server:
        patient = servers(server.port, clock=room.clock, step=600.0, attempt=600.0)
        worker = a_worker(room.sender(patient), room)
        for address in (*dead, *(f"user{number}@example.com" for number in range(5))):
            room.add(address)
        worker.wake()
        until(lambda: len(server.mails) == 5, "those that were due arrive")
        room.add("later@example.com")
        worker.wake()
        until(lambda: server.to("later@example.com"), "one that follows arrives")


def test_sweeping_may_be_off(room: Room) -> None:
    """With `MAIL_SWEEP=off` there is no thread."""
    counted = Counted()
    worker = a_worker(counted, room, on=False)
    worker.wake()
    worker.look()
    assert not _threads(worker)


def test_a_fault_does_not_end_the_thread(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """It logs an error, and works again at the next wake."""
    counted = Counted()
    counted.fails = True
    worker = a_worker(counted, room)
    worker.wake()
    assert counted.ran.wait(DEADLINE)
    until(lambda: "ConnectionError" in caplog.text, "it is logged")
    counted.fails = False
    counted.ran.clear()
    worker.wake()
    assert counted.ran.wait(DEADLINE)


def test_a_forked_child_has_a_thread_of_its_own(room: Room) -> None:
    """The parent's thread and locks are not used."""
    counted = Counted()
    worker = a_worker(counted, room)
    worker.wake()
    assert counted.ran.wait(DEADLINE)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counted.ran.clear()
        worker.wake()
        os.write(writing, b"y" if counted.ran.wait(DEADLINE) else b"n")
        os._exit(0)
    os.close(writing)
    assert os.read(reading, 1) == b"y"
    os.waitpid(child, 0)
    os.close(reading)


def _threads(worker: Worker) -> list[threading.Thread]:
    """Return the worker's own threads: those of earlier tests may still begin others."""
    works = worker._work
    return [each for each in threading.enumerate() if getattr(each, "_target", None) == works]
