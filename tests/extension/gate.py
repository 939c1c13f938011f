"""A proxy between browser and service, which can hold, drop or replace requests and answers."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.extension import Json
from tests.extension.exchange import Answer, Exchange
from tests.support.servers import free_port
from tests.support.waiting import DEADLINE

HOP = {"connection", "transfer-encoding", "content-length", "server", "date"}


class Rule:
    """What happens to the next request for a path."""

    def __init__(self, path: str) -> None:
        self.path = path

    def before(self, _exchange: Exchange) -> Answer | None:
        """Called before the request is forwarded; a returned answer replaces the service's."""
        return None

    def passes(self, _exchange: Exchange) -> bool:
        """Called when the service has answered; tell whether the browser gets the answer."""
        return True


class Hold(Rule):
    """Stops a request at the gate, on its way in or, with `answered`, on its way back."""

    def __init__(self, path: str, *, answered: bool) -> None:
        super().__init__(path)
        self._answered = answered
        self._here = threading.Event()
        self._open = threading.Event()

    def before(self, _exchange: Exchange) -> Answer | None:
        if not self._answered:
            self._stop()
        return None

    def passes(self, _exchange: Exchange) -> bool:
        if self._answered:
            self._stop()
        return True

    def _stop(self) -> None:
        self._here.set()
        self._open.wait(DEADLINE * 2)

    def wait(self) -> None:
        """Return when somebody stands at the gate."""
        assert self._here.wait(DEADLINE), f"nobody asked for {self.path}"

    def release(self) -> None:
        """Let it go on."""
        self._open.set()


class Drop(Rule):
    """The service answers, and the answer is lost."""

    def passes(self, _exchange: Exchange) -> bool:
        return False


class Replace(Rule):
    """Another answer replaces the service's."""

    def __init__(self, path: str, instead: Answer) -> None:
        super().__init__(path)
        self._instead = instead

    def before(self, _exchange: Exchange) -> Answer | None:
        return self._instead


@dataclass
class Gate:
    """A proxy on the loopback interface; each rule is used once, in the order they were made."""

    upstream: int
    port: int = field(default_factory=free_port)
    exchanges: list[Exchange] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        """Return what stands in the extension's options."""
        return f"http://127.0.0.1:{self.port}"

    def hold(self, path: str, *, answered: bool = False) -> Hold:
        """Stop the next request for a path."""
        rule = Hold(path, answered=answered)
        self.rules.append(rule)
        return rule

    def drop(self, path: str) -> None:
        """Lose the answer to the next request for a path."""
        self.rules.append(Drop(path))

    def replace(self, path: str, instead: Answer) -> None:
        """Answer the next request for a path ourselves."""
        self.rules.append(Replace(path, instead))

    def to(self, path: str) -> list[Exchange]:
        """Return the requests for a path, in order."""
        return [exchange for exchange in list(self.exchanges) if exchange.path == path]

    def paths(self) -> list[str]:
        """Return what was asked for, but for what each popup asks by itself."""
        paths = [exchange.path for exchange in list(self.exchanges)]
        return [path for path in paths if path != "/features"]

    def tokens(self) -> Json:
        """Return the tokens that the service gave last."""
        for exchange in reversed(self.exchanges):
            if exchange.path in ("/authenticate", "/refresh") and exchange.answer:
                return exchange.answer.json
        raise AssertionError("no tokens were given")

    def reset(self, upstream: int) -> None:
        """Forget all that was, and let everything pass again."""
        for rule in self.rules:
            if isinstance(rule, Hold):
                rule.release()
        self.rules.clear()
        self.exchanges.clear()
        self.upstream = upstream

    def take(self, path: str) -> Rule:
        """Return the rule for a request, and use it up."""
        with self._lock:
            rule = next((rule for rule in self.rules if rule.path == path), Rule(path))
            if rule in self.rules:
                self.rules.remove(rule)
        return rule

    def start(self) -> None:
        """Listen."""
        gate = self

        class Handler(_Handler):
            owner = gate

        self._server = _Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more: the server is away."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be away for a while."""
        self.stop()
        yield
        self.start()

    def forward(self, exchange: Exchange) -> Answer:
        """Ask the service."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=DEADLINE)
        try:
            connection.request(exchange.method, exchange.path, exchange.body, exchange.headers)
            response = connection.getresponse()
            headers = {k: v for k, v in response.getheaders() if k.lower() not in HOP}
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore browsers that close the connection."""


class _Handler(BaseHTTPRequestHandler):
    owner: Gate

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        exchange = Exchange(self.command, self.path, headers, body)
        preflight = self.command == "OPTIONS"
        rule = Rule(self.path) if preflight else self.owner.take(self.path)
        if not preflight:
            self.owner.exchanges.append(exchange)
        exchange.answer = rule.before(exchange) or self.owner.forward(exchange)
        if rule.passes(exchange):
            self._send(exchange.answer)

    def _send(self, reply: Answer) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""
