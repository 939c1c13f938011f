"""Traces as `docs/monitoring.md` describes, sent to a collector."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.scaling.tables import documented_commands
from tests.support.actors import PASSWORD, Visitor
from tests.support.servers import ROOT, ServerProcess, clean_environment, free_port, server_process
from tests.support.waiting import until

PAGE = (ROOT / "docs" / "monitoring.md").read_text()
[COMMANDS] = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
KINDS = ("access", "refresh")


@dataclass
class Collector:
    """Takes traces by OTLP over HTTP."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """Keep what was sent."""
        self.raw.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)

    def named(self, name: str) -> list[Span]:
        """Return the spans of that name, the first one first."""
        found = [span for span in self.spans if span.name == name]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def within(self, parent: Span) -> list[str]:
        """Return the commands to the database within a span, as the documentation writes them."""
        children = [span for span in self.spans if span.parent_span_id == parent.span_id]
        told = [{a.key: a.value.string_value for a in child.attributes} for child in children]
        return [f"{each['db.statement']} {each['db.mongodb.collection']}" for each in told]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on this machine."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(decompress(body) if "Content-Encoding" in self.headers else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


@contextmanager
def traced(environment: Mapping[str, str], collector: int) -> Iterator[ServerProcess]:
    """Start the service by the documentation's lines, for a collector at that port."""
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = {"PATH": path, "PORT": str(port), "WEB_CONCURRENCY": "2", "PASSWORD_HASH_SLOTS": "2"}
    quick = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
    typed = COMMANDS.replace("4318", str(collector)).replace(
        "opentelemetry-", "exec opentelemetry-"
    )
    with server_process(["sh", "-ec", typed], port, {**environment, **told, **quick}) as server:
        yield server


def test_a_login_is_traced_down_to_the_database(
    environment: dict[str, str], collector: Collector
) -> None:
    """It has the route and the commands, and no secret."""
    with traced(environment, collector.port) as server:
        visitor = Visitor(server.base_url)
        name = visitor.new_user()
        tokens = [visitor.log_in(name) for _ in range(3)]
        visitor.protected(tokens[-1]["access_token"])
        visitor.close()
        until(lambda: len(collector.named("POST /authenticate")) == 3, "three logins are told")
        until(lambda: collector.named("GET /protected"), "the check is told")
        last = collector.named("POST /authenticate")[-1]
        documented = Counter(documented_commands()["POST /authenticate"])
        until(
            lambda: documented <= Counter(collector.within(last)),
            "its commands are told",
            instead=lambda: collector.within(last),
        )
    secrets = [PASSWORD, name, *(each[f"{kind}_token"] for each in tokens for kind in KINDS)]
    told = b"".join(collector.raw)
    assert not [secret for secret in secrets if secret.encode() in told]


def test_a_collector_that_is_away_costs_nobody_a_request(environment: dict[str, str]) -> None:
    """Traces that cannot be sent are dropped."""
    with traced(environment, free_port()) as server:
        visitor = Visitor(server.base_url)
        assert visitor.protected(visitor.log_in()["access_token"]).status_code == 200
        visitor.close()


def test_a_service_that_is_not_traced_imports_nothing_of_it(environment: dict[str, str]) -> None:
    """The installed packages are not imported."""
    program = (
        "import sys, wsgi; wsgi.app.test_client().get('/healthz');"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=clean_environment(environment), check=True
    )
