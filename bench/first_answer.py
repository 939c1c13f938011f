"""Times the first answer of an application: `python -m bench.first_answer wsgi /healthz wsgi`.

Arguments: the module that has `app`, the path, `wsgi` or `asgi`. Prints the seconds from before the
import to after the answer, without Python's own start and an ASGI lifespan.
"""

import asyncio
import importlib
import io
import sys
import time
from typing import Any


def main() -> None:
    """Import, ask, print."""
    module, path, kind = sys.argv[1:]
    began = time.perf_counter()
    app = importlib.import_module(module).app
    status = asyncio.run(_ask_asgi(app, path)) if kind == "asgi" else _ask_wsgi(app, path)
    seconds = time.perf_counter() - began
    if status != 200:
        raise SystemExit(f"{module} answered {status}")
    print(seconds)


def _ask_wsgi(app: Any, path: str) -> int:  # noqa: ANN401 - any WSGI callable
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    b"".join(app(environ, lambda status, *_: statuses.append(status)))
    return int(statuses[0].split()[0])


async def _ask_asgi(app: Any, path: str) -> int:  # noqa: ANN401 - any ASGI callable
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return statuses[0]


if __name__ == "__main__":
    main()
