"""The service behind nginx and behind Caddy, each with the configuration of `deploy/`, over TLS."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.deploy.callers import Caller
from tests.deploy.certificates import Certificate, make_certificate
from tests.deploy.mirror import mirror
from tests.deploy.proxies import KINDS, Proxy, running
from tests.support.actors import error_code, fresh_name
from tests.support.servers import free_port, server_process
from tests.support.waiting import DEADLINE
from tests.support.wire import RawAnswer, exchange, parsed

pytestmark = pytest.mark.external

ORIGIN = "https://app.example"
SOMEBODY_ELSE = "203.0.113.9"
FORGERIES = {
    "X-Forwarded-For": SOMEBODY_ELSE,
    "X_Forwarded_For": SOMEBODY_ELSE,
    "X-Forwarded_For": SOMEBODY_ELSE,
    "Forwarded": f"for={SOMEBODY_ELSE}",
    "X-Real-IP": SOMEBODY_ELSE,
    "X-Forwarded-Proto": "http",
}
Come = Callable[[], Caller]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate that every proxy here shows."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def backend(environment: dict[str, str]) -> Iterator[int]:
    """The service in production, behind one proxy, with a limit that is met soon."""
    port = free_port()
    told = {"PORT": str(port), "WEB_CONCURRENCY": "1", "TRUSTED_PROXIES": "1"}
    with server_process(
        [sys.executable, "serve.py"],
        port,
        {**environment, **told, "LIMIT_REGISTRATIONS": "2/hour"},
    ):
        yield port


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each of the two proxies in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def proxy(
    kind: str, backend: int, tmp_path_factory: pytest.TempPathFactory, certificate: Certificate
) -> Iterator[Proxy]:
    """A proxy in front of the service."""
    with running(kind, backend, tmp_path_factory.mktemp(kind), certificate) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def alone(
    kind: str, tmp_path_factory: pytest.TempPathFactory, certificate: Certificate
) -> Iterator[Proxy]:
    """A proxy in front of nothing."""
    with running(kind, free_port(), tmp_path_factory.mktemp(kind), certificate) as proxy:
        yield proxy


@pytest.fixture
def come(proxy: Proxy) -> Iterator[Come]:
    """Let somebody come, from an address of their own."""
    with ExitStack() as stack:

        def coming() -> Caller:
            caller = Caller(proxy.https, proxy.certificate.chain)
            stack.callback(caller.close)
            return caller

        yield coming


def test_https_works_and_stays(come: Come) -> None:
    """A login and the protected resource work over TLS, and browsers are told to insist on it."""
    caller = come()
    answer = caller.protected(caller.log_in()["access_token"])
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_http_leads_to_https(proxy: Proxy) -> None:
    """Nothing is served in clear: every request is sent to the same address over TLS."""
    answer = requests.post(proxy.http + "/refresh?a=b", allow_redirects=False, timeout=DEADLINE)
    assert answer.status_code == 308
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.hostname) == ("https", "localhost")
    assert (target.path, target.query) == ("/refresh", "a=b")


def test_a_session_shows_the_address_that_the_client_came_from(come: Come) -> None:
    """S27: not the proxy's address, and not one that the client claims."""
    caller = come()
    name = caller.new_user()
    login = caller.send(
        "POST",
        "/authenticate",
        json={"username": name, "password": "correct horse battery"},
        headers=FORGERIES,
    )
    bearer = {"Authorization": f"Bearer {login.json()['access_token']}"}
    (session,) = caller.send("GET", "/sessions", headers=bearer).json()["sessions"]
    assert session["address"] == caller.address


@pytest.mark.parametrize("header", FORGERIES)
def test_no_forwarding_header_of_a_clients_reaches_the_service(
    kind: str,
    header: str,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Certificate,
) -> None:
    """S27: however it is spelled; what arrives under those names is the proxy's own."""
    folder = tmp_path_factory.mktemp(kind)
    with mirror() as port, running(kind, port, folder, certificate) as proxy:
        caller = Caller(proxy.https, certificate.chain)
        seen = caller.send("GET", "/seen", headers={header: FORGERIES[header]}).json()["headers"]
        caller.close()
    assert ["X-Forwarded-For", caller.address] in seen
    assert ["X-Forwarded-Proto", "https"] in seen
    assert "x-request-id" in [name.lower() for name, _ in seen]
    if header != "X-Real-IP":  # of no meaning to the service
        assert FORGERIES[header] not in [value for _, value in seen]


def test_limits_are_each_clients_own(come: Come) -> None:
    """Whoever has used up a limit is refused, whatever they claim; others are not."""
    greedy, other = come(), come()
    for _ in range(2):
        greedy.new_user()
    for claim in FORGERIES:
        answer = greedy.send(
            "POST",
            "/register",
            json={"username": fresh_name(), "password": "correct horse battery"},
            headers={claim: FORGERIES[claim]},
        )
        assert error_code(answer) == (429, "rate_limited")
    assert other.register(fresh_name()).status_code == 200


@pytest.mark.parametrize("size", [40_000, 3_000_000])
def test_a_body_too_large_is_refused_in_the_services_words(come: Come, size: int) -> None:
    """By the service, or by the proxy when it is far too large: JSON that a page may read."""
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    answer = come().send("POST", "/register", data=b"x" * size, headers=headers)
    assert error_code(answer) == (413, "body_too_large")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Content-Type"] == "application/json"


def test_a_service_that_is_away_is_a_503_that_pages_can_read(alone: Proxy) -> None:
    """The one error shape, when to come again, and the origin's permission."""
    caller = Caller(alone.https, alone.certificate.chain)
    headers = {"Origin": ORIGIN, "X-Request-ID": "of-the-client-1"}
    answer = caller.send("GET", "/protected", headers=headers)
    stranger = caller.send("GET", "/protected", headers={"Origin": "https://evil.example"})
    caller.close()
    assert error_code(answer) == (503, "service_unavailable")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "of-the-client-1"
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    assert not stranger.headers.get("Access-Control-Allow-Origin")


def test_a_preflight_passes_while_the_service_is_away(alone: Proxy) -> None:
    """Else a browser would hide the 503 from the page."""
    caller = Caller(alone.https, alone.certificate.chain)
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = caller.send("OPTIONS", "/refresh", headers=asked)
    caller.close()
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


def test_the_services_own_answers_pass_as_they_are(come: Come) -> None:
    """Preflights, challenges and its own errors are not touched: no header is doubled."""
    caller = come()
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    assert caller.send("OPTIONS", "/refresh", headers=asked).status_code == 200
    refusal = caller.send("GET", "/protected", headers={"Origin": ORIGIN})
    assert error_code(refusal) == (401, "missing_token")
    assert refusal.headers["WWW-Authenticate"] == "Bearer"
    assert refusal.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    ("offered", "kept"), [("of-the-client-1", True), ("has a space", False), ("short", False)]
)
def test_request_ids_pass_through(come: Come, offered: str, kept: bool) -> None:
    """A sane id of the client's is the answer's; instead of another one the proxy makes one."""
    answer = come().send("GET", "/healthz", headers={"X-Request-ID": offered})
    assert (answer.headers["X-Request-ID"] == offered) is kept


def test_connections_to_the_service_are_used_again(
    kind: str, tmp_path: Path, certificate: Certificate
) -> None:
    """Two clients, one connection behind the proxy."""
    with mirror() as port, running(kind, port, tmp_path, certificate) as proxy:
        ports = set()
        for _ in range(3):
            caller = Caller(proxy.https, certificate.chain)
            ports.add(caller.send("GET", "/once").json()["port"])
            caller.close()
    assert len(ports) == 1


@pytest.mark.parametrize("path", ["/docs%00", "/a%00/b"])
def test_a_zero_byte_is_a_4xx_in_json(come: Come, path: str) -> None:
    """S17: whether the proxy cannot read it or the service has nothing there."""
    status, code = error_code(come().send("GET", path))
    assert (status, code) in {(400, "bad_request"), (404, "not_found")}


@pytest.mark.parametrize(
    "path",
    ["//healthz", "/%2fhealthz", "/%2Fhealthz", "/me%2Factivity", "/healthz;a", "/me//export"],
)
def test_a_path_spelled_otherwise_is_no_route(proxy: Proxy, path: str) -> None:
    """S136: also where the service, which gets it decoded, could not tell."""
    answer = over_tls(proxy, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n")
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not_found")
    assert "x-request-id" in answer.headers


def test_other_names_lead_nowhere(proxy: Proxy) -> None:
    """Neither by http, where a redirect would go to whatever was asked for, nor by https."""
    plain = exchange(
        proxy.http,
        b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        half_close=False,
    )
    assert b"evil.example" not in plain.body
    assert "location" not in plain.headers
    answer = over_tls(proxy, "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n")
    assert b"healthy" not in answer.body
    assert b"authapi" not in answer.body


def test_a_body_is_taken_in_before_it_is_passed_on(
    kind: str, tmp_path: Path, certificate: Certificate
) -> None:
    """S129: half of one does not reach the service; all of it does."""
    paths: list[str] = []
    with (
        mirror(paths) as port,
        running(kind, port, tmp_path, certificate) as proxy,
        tls(proxy) as half,
        tls(proxy) as whole,
    ):
        head = "POST /{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
        half.sendall(f"{head.format('half')}{{".encode())
        time.sleep(0.2)  # long enough for what is passed on at once
        whole.sendall(f"{head.format('whole')}{{}}".encode())
        assert whole.recv(100).startswith(b"HTTP/1.1 204")
    assert "/whole" in paths
    assert "/half" not in paths


@contextmanager
def tls(proxy: Proxy) -> Iterator[ssl.SSLSocket]:
    """Connect to a proxy by TLS, as a client that trusts its certificate."""
    context = ssl.create_default_context(cafile=str(proxy.certificate.chain))
    address = urlsplit(proxy.https)
    with (
        socket.create_connection(("127.0.0.1", address.port or 443), timeout=20) as wire,
        context.wrap_socket(wire, server_hostname="localhost") as secured,
    ):
        yield secured


def over_tls(proxy: Proxy, head: str) -> RawAnswer:
    """Send a head by TLS as it is written, and return the answer."""
    with tls(proxy) as wire:
        wire.sendall(f"{head}Connection: close\r\n\r\n".encode())
        return parsed(b"".join(iter(lambda: wire.recv(65536), b"")))
