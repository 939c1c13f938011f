"""A server that answers with the request that reached it, in place of the service."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Mirror(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reflecting)
        self.paths: list[str] = []


class _Reflecting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    server: _Mirror

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        seen = {"port": self.client_address[1], "headers": self.headers.items()}
        body = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.paths.append(self.path)  # before its body has come
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def mirror(paths: list[str] | None = None) -> Iterator[int]:
    """Run it until the block ends; yield its port.

    Args:
        paths: gets the path of each request, as soon as its head is there.
    """
    server = _Mirror()
    server.paths = [] if paths is None else paths
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
