"""Which clients may send a body, and for how long."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.exceptions import HTTPException

from authapi.server.body import ANSWER, BYTES_PER_SECOND, FIRST_SECONDS, Body
from authapi.server.slow_bodies import NEW_SECONDS, SlowBodies
from tests.support.waiting import DEADLINE, until

SLOTS = 4
HERE, THERE = "192.0.2.1", "2001:db8::1"


class Stream:
    """A granian body that gives what it has, and then waits until its connection ends."""

    def __init__(self, first: bytes = b"") -> None:
        self._first = io.BytesIO(first)
        self.ended = threading.Event()

    def read(self, size: int) -> bytes:
        """Return the next bytes, or wait."""
        if piece := self._first.read(size):
            return piece
        assert self.ended.wait(DEADLINE)
        return b""


class Upload(threading.Thread):
    """Somebody who sends a body that does not end."""

    def __init__(self, bodies: SlowBodies, address: str, first: bytes) -> None:
        super().__init__(daemon=True)
        self.stream = Stream(first)
        self.told: list[int] = []
        self.error: int | None = None
        environ = {
            "REMOTE_ADDR": address,
            "CONTENT_LENGTH": "1000000",
            "wsgi.input": self.stream,
            ANSWER: self._answer,
        }
        self.body = Body(environ, bodies)
        self._first = len(first)

    def run(self) -> None:
        """Read on and on; note why it ends."""
        try:
            while self.body.read():
                pass
        except HTTPException as error:
            self.error = error.code

    def is_read(self) -> bool:
        """Whether everything that it sent has been read."""
        return self.body.began > 0 and self.body.received == self._first

    def _answer(self, status: int, _headers: Any, _pieces: Any) -> None:  # noqa: ANN401
        self.told.append(status)
        self.stream.ended.set()


class Scene:
    """Bodies on a clock that stands still, and everybody who sends one."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.bodies = SlowBodies(SLOTS, lambda: self.now)
        self.uploads: list[Upload] = []

    def comes(self, address: str, first: bytes = b"") -> Upload:
        """Let somebody begin to send a body."""
        upload = Upload(self.bodies, address, first)
        self.uploads.append(upload)
        upload.start()
        until(lambda: upload.is_read() or upload.error, what="the body is read")
        return upload


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Nobody is there yet."""
    scene = Scene()
    yield scene
    for upload in scene.uploads:
        upload.stream.ended.set()
        upload.join(DEADLINE)


def ended(upload: Upload) -> tuple[list[int], int | None]:
    """Return what an upload was told, and what the application learnt."""
    upload.join(DEADLINE)
    return upload.told, upload.error


def test_whoever_has_the_most_slots_gives_one_up(scene: Scene) -> None:
    """S129: Its oldest one is given to another network."""
    first, *others = [scene.comes(HERE) for _ in range(SLOTS)]
    newcomer = scene.comes(THERE)
    assert ended(first) == ([503], 503)
    assert not any(upload.told for upload in [*others, newcomer])


def test_a_few_keep_their_slots_against_many(scene: Scene) -> None:
    """S129: A network with many bodies displaces only its own."""
    few = scene.comes(THERE)
    many = [scene.comes(HERE) for _ in range(SLOTS - 1)]
    scene.now += NEW_SECONDS
    scene.comes(HERE)
    assert ended(many[0]) == ([503], 503)
    assert not few.told


def test_bodies_of_the_same_moment_are_not_displaced_by_their_own_network(scene: Scene) -> None:
    """S12: The last one gets a 503 instead."""
    uploads = [scene.comes(HERE) for _ in range(SLOTS)]
    late = scene.comes(HERE)
    assert late.error == 503
    assert not any(upload.told for upload in [*uploads, late])


def test_addresses_of_one_ipv6_network_share(scene: Scene) -> None:
    """S28, S129: A /64 counts as one client."""
    alone = scene.comes(HERE)
    uploads = [scene.comes(f"2001:db8::{number}") for number in range(SLOTS - 1)]
    scene.comes("198.51.100.7")
    assert ended(uploads[0]) == ([503], 503)
    assert not alone.told


def test_a_body_is_overdue_after_half_a_minute(scene: Scene) -> None:
    """S129: It gets a 408."""
    upload = scene.comes(HERE)
    scene.now += FIRST_SECONDS
    scene.bodies.end_overdue()
    assert not upload.told
    scene.now += 0.001
    scene.bodies.end_overdue()
    assert ended(upload) == ([408], 408)


def test_what_has_arrived_earns_time(scene: Scene) -> None:
    """S129: Each KiB adds a second."""
    upload = scene.comes(HERE, b"x" * 8 * 1024)
    scene.now += FIRST_SECONDS + 8 * 1024 / BYTES_PER_SECOND
    scene.bodies.end_overdue()
    assert not upload.told
    scene.now += 0.001
    scene.bodies.end_overdue()
    assert ended(upload) == ([408], 408)
