"""Clients that ask for much and read slowly, or nothing."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from authapi.server.body import BYTES_PER_SECOND, FIRST_SECONDS
from authapi.server.listener import UNREAD_MILLISECONDS, open_listener
from authapi.server.slow_answers import PIECE_BYTES, SlowAnswers
from tests.support.actors import Visitor
from tests.support.servers import free_port, served_by_us
from tests.support.waiting import DEADLINE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SLOTS = 4
LONG = PIECE_BYTES * 3 + 1
ASSET = "/docs/swagger-ui-bundle.js"


class Content:
    """An answer's content, as a file gives it."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        while self._left:
            piece = b"x" * min(8192, self._left)
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Count how often it is closed."""
        self.closed += 1


@dataclass
class Answer:
    """What the server was given."""

    body: Iterable[bytes]
    content: Content
    status: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def end(self) -> None:
        """Do what the server does at the end, or when the client has gone."""
        self.body.close()  # type: ignore[attr-defined]


class Scene:
    """An app of long answers with some slots, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slots = SlowAnswers(SLOTS, clock=lambda: self.now)

    def ask(self, address: str, length: int = LONG, *, known: bool = True, **more: str) -> Answer:
        """Ask for an answer of so many bytes."""
        content = Content(length)
        answer = Answer([], content)

        def app(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            sized = [("Content-Length", str(length))] if known else []
            start("200 OK", [*sized, ("Content-Type", "text/css"), ("X-Kept", "yes")])
            return content

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:  # noqa: ANN401
            answer.status, answer.headers = status, dict(headers)

        environ = {"REQUEST_METHOD": "GET", "REMOTE_ADDR": address, **more}
        answer.body = self.slots.around(app)(environ, start)
        return answer


@pytest.fixture
def scene() -> Scene:
    """Nobody has asked anything yet."""
    return Scene()


def test_one_network_gets_half_of_the_slots(scene: Scene) -> None:
    """S129: The rest is for others; addresses of one /64 are one."""
    answers = [scene.ask(f"2001:db8::{number}") for number in range(3)]
    assert [answer.status[:3] for answer in answers] == ["200", "200", "503"]
    others = [scene.ask(f"203.0.113.{number}") for number in range(3)]
    assert [answer.status[:3] for answer in others] == ["200", "200", "503"]


def test_a_refusal_has_the_usual_shape(scene: Scene) -> None:
    """S71: It keeps the headers that do not belong to the content, which is closed."""
    for _ in range(SLOTS):
        refused = scene.ask("203.0.113.1")
    assert refused.status.startswith("503 ")
    assert refused.content.closed == 1
    body = b"".join(refused.body)
    assert json.loads(body)["code"] == "service_unavailable"
    assert refused.headers == {
        "X-Kept": "yes",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Retry-After": "1",
    }


@pytest.mark.parametrize("pieces", [0, 1, 100])
def test_a_slot_is_free_again_however_an_answer_ends(scene: Scene, pieces: int) -> None:
    """The client may leave before the first piece, or later."""
    for _ in range(3 * SLOTS):
        answer = scene.ask("203.0.113.1")
        assert answer.status == "200 OK"
        for _piece in zip(range(pieces), answer.body, strict=False):
            pass
        answer.end()
        answer.end()
        assert answer.content.closed == 1


@pytest.mark.parametrize("length", [0, 1, 8192, 8193, PIECE_BYTES])
def test_what_fits_in_a_piece_takes_no_slot(scene: Scene, length: int) -> None:
    """It is one piece, which the server takes from the thread at once."""
    for _ in range(3 * SLOTS):
        answer = scene.ask("203.0.113.1", length)
        assert answer.status == "200 OK"
        pieces = list(answer.body)
        assert len(pieces) <= 1
        assert sum(map(len, pieces)) == length


@pytest.mark.parametrize("known", [True, False])
def test_a_long_answer_is_whole(scene: Scene, known: bool) -> None:
    """It comes in pieces that are not too long."""
    pieces = list(scene.ask("203.0.113.1", known=known).body)
    assert sum(map(len, pieces)) == LONG
    assert max(map(len, pieces)) <= PIECE_BYTES


def test_who_reads_too_slowly_gets_no_more(scene: Scene) -> None:
    """The answer ends short of its length, unless what was read earned the time."""
    slow, fast = iter(scene.ask("203.0.113.1").body), iter(scene.ask("203.0.113.2").body)
    got = len(next(slow))
    scene.now += FIRST_SECONDS + got / BYTES_PER_SECOND + 1
    assert next(slow, None) is None
    got = len(next(fast))
    scene.now += FIRST_SECONDS + got / BYTES_PER_SECOND - 1
    assert next(fast)


def test_a_stream_may_be_slow(scene: Scene) -> None:
    """Nobody could tell that it was cut."""
    stream = iter(scene.ask("203.0.113.1", known=False).body)
    next(stream)
    scene.now += 3600
    assert next(stream)


def test_an_answer_without_content_takes_no_slot(scene: Scene) -> None:
    """As to HEAD."""
    for _ in range(3 * SLOTS):
        assert scene.ask("203.0.113.1", REQUEST_METHOD="HEAD").status == "200 OK"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end such a connection")
def test_who_reads_nothing_at_all_is_cut_off() -> None:
    """The system ends the connection, also when no piece is asked for any more."""
    port = free_port()
    listener = open_listener("127.0.0.1", port)
    with listener, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = listener.accept()
        with accepted:
            limit = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert limit == UNREAD_MILLISECONDS


def test_whoever_reads_nothing_costs_the_others_nothing(environment: dict[str, str]) -> None:
    """S129: 40 such connections of one address, with 16 threads."""
    with (
        served_by_us({**environment, "SERVE_THREADS": "16"}, processes=1) as server,
        ExitStack() as stack,
    ):
        guest = Visitor(server.base_url)
        name = guest.new_user()
        whole = len(requests.get(server.base_url + ASSET, timeout=DEADLINE).content)
        url = urlsplit(server.base_url)
        for _ in range(40):
            wire = stack.enter_context(socket.socket())
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            wire.bind(("127.0.0.2", 0))
            wire.connect((url.hostname, url.port))
            wire.sendall(f"GET {ASSET} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        for _ in range(5):
            assert guest.send("GET", "/healthz").status_code == 200
            assert guest.authenticate(name).status_code == 200
        asset = requests.get(server.base_url + ASSET, timeout=DEADLINE)
        assert (asset.status_code, len(asset.content)) == (200, whole)
        guest.close()
