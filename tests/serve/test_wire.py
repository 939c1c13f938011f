"""Unusual HTTP requests to the production server."""

from __future__ import annotations

import json

import pytest

from tests.support.servers import ServerProcess
from tests.support.wire import RawAnswer, exchange


def asked(server: ServerProcess, line: bytes, host: bytes = b"Host: x\r\n") -> RawAnswer:
    """Send a request that consists of a line and a host."""
    request = line + b"\r\nConnection: close\r\n" + host + b"\r\n"
    return exchange(server.base_url, request, half_close=False)


HOSTS = {
    "none": b"",
    "an empty one": b"Host:\r\n",
    "two": b"Host: auth.example\r\nHost: evil.example\r\n",
    "two alike": b"Host: auth.example\r\nHost: auth.example\r\n",
    "a list": b"Host: auth.example, evil.example\r\n",
    "a path": b"Host: auth.example/evil\r\n",
    "a user": b"Host: auth.example@evil.example\r\n",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
def test_a_request_has_exactly_one_host(server: ServerProcess, host: bytes) -> None:
    """Otherwise it gets a 400 (RFC 9112, 3.2)."""
    answer = asked(server, b"GET /healthz HTTP/1.1", host)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "host", [b"auth.example", b"my_service:8000", b"127.0.0.1:80", b"[::1]:8000", b"x:"]
)
def test_every_host_is_served(server: ServerProcess, host: bytes) -> None:
    """The service does not check the host's name."""
    answer = asked(server, b"GET /healthz HTTP/1.1", b"Host: " + host + b"\r\n")
    assert answer.status == 200


def test_an_old_client_needs_no_host(server: ServerProcess) -> None:
    """HTTP/1.0 is accepted, as some health checks use it."""
    assert asked(server, b"GET /healthz HTTP/1.0", b"").status == 200


@pytest.mark.parametrize(
    "path", [b"//healthz", b"/%2fhealthz", b"/%2Fhealthz", b"///healthz", b"healthz", b"x:1"]
)
def test_a_path_spelled_otherwise_is_no_route(server: ServerProcess, path: bytes) -> None:
    """S136: Additional slashes at the beginning are not removed."""
    answer = asked(server, b"GET " + path + b" HTTP/1.1")
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not_found")


@pytest.mark.parametrize("line", [b"GET /healthz", b"GET /nowhere", b"POST /register"])
def test_no_answer_says_what_serves_it(server: ServerProcess, line: bytes) -> None:
    """Neither granian nor a version is named (ASVS 13.4.6)."""
    answer = asked(server, line + b" HTTP/1.1")
    assert answer.headers["server"] == "authapi"
    assert b"granian" not in answer.body
