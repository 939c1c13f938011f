"""nginx and Caddy, each with the configuration of `deploy/`, in front of the service, over TLS."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.deploy.callers import Caller
from tests.deploy.certificates import Certificate, make_certificate
from tests.deploy.proxies import KINDS, Proxy, running
from tests.support.servers import free_port, server_process

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
    """A proxy whose service is not running."""
    with running(kind, free_port(), tmp_path_factory.mktemp(kind), certificate) as proxy:
        yield proxy


@pytest.fixture
def come(proxy: Proxy) -> Iterator[Come]:
    """Return a client with an address of its own."""
    with ExitStack() as stack:

        def coming() -> Caller:
            caller = Caller(proxy.https, proxy.certificate.chain)
            stack.callback(caller.close)
            return caller

        yield coming
