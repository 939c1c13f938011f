"""Which requests a proxy passes to the service, and how."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.deploy.behind_proxies.conftest import Come
from tests.deploy.behind_proxies.wire import over_tls, tls
from tests.deploy.callers import Caller
from tests.deploy.certificates import Certificate
from tests.deploy.mirror import mirror
from tests.deploy.proxies import Proxy, running
from tests.support.actors import error_code
from tests.support.waiting import DEADLINE
from tests.support.wire import exchange

pytestmark = pytest.mark.external

OTHERS = 10


def test_https_works_and_stays(come: Come) -> None:
    """A login works over TLS, and HSTS is sent."""
    caller = come()
    answer = caller.protected(caller.log_in()["access_token"])
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_http_leads_to_https(proxy: Proxy) -> None:
    """Every request over http is redirected to https."""
    answer = requests.post(proxy.http + "/refresh?a=b", allow_redirects=False, timeout=DEADLINE)
    assert answer.status_code == 308
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.hostname) == ("https", "localhost")
    assert (target.path, target.query) == ("/refresh", "a=b")


def test_connections_to_the_service_are_used_again(
    kind: str, tmp_path: Path, certificate: Certificate
) -> None:
    """Two clients share one connection behind the proxy."""
    with mirror() as port, running(kind, port, tmp_path, certificate) as proxy:
        ports = set()
        for _ in range(3):
            caller = Caller(proxy.https, certificate.chain)
            ports.add(caller.send("GET", "/once").json()["port"])
            caller.close()
    assert len(ports) == 1


@pytest.mark.parametrize("path", ["/docs%00", "/a%00/b"])
def test_a_zero_byte_is_a_4xx_in_json(come: Come, path: str) -> None:
    """S17: Either the proxy or the service refuses it."""
    status, code = error_code(come().send("GET", path))
    assert (status, code) in {(400, "bad_request"), (404, "not_found")}


@pytest.mark.parametrize(
    "path",
    ["//healthz", "/%2fhealthz", "/%2Fhealthz", "/me%2Factivity", "/healthz;a", "/me//export"],
)
def test_a_path_spelled_otherwise_is_no_route(proxy: Proxy, path: str) -> None:
    """S136: The proxy refuses it, since it passes paths on decoded."""
    answer = over_tls(proxy, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n")
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not_found")
    assert "x-request-id" in answer.headers


def test_other_names_lead_nowhere(proxy: Proxy) -> None:
    """Another host name is refused by http and by https, without a redirect."""
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
    """S129: Only a complete body reaches the service."""
    paths: list[str] = []
    head = "POST /{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
    with (
        mirror(paths) as port,
        running(kind, port, tmp_path, certificate) as proxy,
        tls(proxy) as half,
    ):
        half.sendall(f"{head.format('half')}{{".encode())
        for _ in range(OTHERS):  # as long as these take, half of one has to wait
            with tls(proxy) as whole:
                whole.sendall(f"{head.format('whole')}{{}}".encode())
                assert whole.recv(100).startswith(b"HTTP/1.1 204")
        assert "/half" not in paths
        half.sendall(b"}")
        assert half.recv(100).startswith(b"HTTP/1.1 204")
    assert [path for path in paths if path != "/"] == [*["/whole"] * OTHERS, "/half"]
