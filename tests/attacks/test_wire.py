"""Malformed HTTP, sent to `flask run`."""

import json
from collections.abc import Iterator

import pytest

from tests.support.servers import ServerProcess, flask_run
from tests.support.wire import RawAnswer, exchange

GET = b"GET /protected HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
POST = (
    b"POST /register HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
)
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

NO_REQUESTS = {
    "one word": b"GARBAGE\r\n\r\n",
    "bytes": b"\x00\xff\xfe\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "four words": b"GET / HTTP/1.1 more\r\n\r\n",
    "no version": b"GET / HTTX/1\r\n\r\n",
    "a version of tomorrow": b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    "a carriage return in the address": b"GET /a\rb HTTP/1.1\r\nHost: x\r\n\r\n",
}
BAD_HEADS = {
    "a long address": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
    "a long header": (GET + b"X: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    "many headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(150)) + b"\r\n", 431),
    "no colon": (GET + b"no colon here\r\n\r\n", 401),
    "an empty header": (GET + b"Authorization:\r\n\r\n", 401),
    "bytes for a token": (GET + b"Authorization: Bearer \xff\xfe\x01\r\n\r\n", 401),
    "a folded header": (GET + b"Authorization: Bearer\r\n  x\r\n\r\n", 401),
    "two tokens": (GET + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 401),
    "a strange host": (GET.replace(b"Host: x", b"Host: a b<>\x00[::1") + b"\r\n", 400),
    "a strange method": (GET.replace(b"GET", b"G@T") + b"\r\n", 405),
    "an address that is none": (GET.replace(b"/protected", b"*") + b"\r\n", 404),
    "a path that climbs": (GET.replace(b"/protected", b"/../../etc/passwd") + b"\r\n", 404),
    "bytes in the path": (GET.replace(b"/protected", b"/%ff%00%0d%0a\xff") + b"\r\n", 404),
}
BAD_BODIES = {
    "length of letters": (POST + b"Content-Length: abc\r\n\r\n{}", 400),
    "negative length": (POST + b"Content-Length: -5\r\n\r\n{}", 400),
    "endless length": (POST + b"Content-Length: 99999999999999999999\r\n\r\n{}", 413),
    "too short a body": (POST + b"Content-Length: 100\r\n\r\n{}", 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "a list of lengths": (POST + b"Content-Length: 2, 3\r\n\r\n{}", 400),
    "no length": (POST + b"\r\n{}", 400),
    "chunks": (CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", 422),
    "chunks of bad length": (CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", 400),
    "chunks of negative length": (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk cut off": (CHUNKED + b"20\r\n{}", 400),
    "a chunk without an end": (CHUNKED + b"2\r\n{}XX0\r\n\r\n", 400),
    "a chunk over the cap": (CHUNKED + b"FFFFF\r\n{}" + b" " * 0xFFFFD + b"\r\n0\r\n\r\n", 413),
    "another encoding": (POST + b"Transfer-Encoding: gzip\r\n\r\n\x1f\x8b", 400),
    "a compressed body": (
        POST + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
        415,
    ),
}


@pytest.fixture(scope="module", params=["development", "production"])
def server(environment: dict[str, str], request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """A server as `flask run` starts it, in every environment."""
    with flask_run({**environment, "AUTHAPI_ENV": request.param}) as server:
        yield server


def refusal(answer: RawAnswer) -> str:
    """Return the code of an answer in the one error shape."""
    body = json.loads(answer.body)
    assert body["status"] == "error"
    assert body["message"]
    return str(body["code"])


@pytest.mark.parametrize("request_", NO_REQUESTS.values(), ids=NO_REQUESTS.keys())
def test_what_is_no_request_is_a_bad_request(server: ServerProcess, request_: bytes) -> None:
    """S17: The refusal is JSON with a status line, whatever the client sent."""
    answer = exchange(server.base_url, request_)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert refusal(answer) == "bad_request"


@pytest.mark.parametrize(("request_", "status"), BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_a_bad_head_is_a_4xx(server: ServerProcess, request_: bytes, status: int) -> None:
    """S17: The answer is JSON, and the server goes on."""
    answer = exchange(server.base_url, request_)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert refusal(answer)


@pytest.mark.parametrize(("request_", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_a_4xx(server: ServerProcess, request_: bytes, status: int) -> None:
    """S9, S17: A wrong Content-Length, or too much in chunks, is refused in JSON."""
    answer = exchange(server.base_url, request_)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert refusal(answer)


def test_after_all_that_the_server_is_well(server: ServerProcess) -> None:
    """S17: No fault was logged, and the server answers."""
    assert server.answers()
    assert "Traceback" not in server.output
    assert "unexpected fault" not in server.output
