"""The internals of granian that the server uses."""

from __future__ import annotations

import inspect
import re
import socket
from typing import Any

import granian
from granian import _granian, _signals
from granian import wsgi as granian_wsgi
from granian.server import MPServer, mp

from tests.support.servers import ROOT

NAMES: dict[str, tuple[Any, str]] = {
    "workers share our listening socket": (MPServer, "_init_shared_socket"),
    "the socket is closed when nobody waits in it": (MPServer, "_drop_shared_socket"),
    "a worker that died is taken out of the metrics": (MPServer, "_respawn_workers"),
    "a worker drains before it stops": (_signals, "set_sync_signals"),
    "a request can be answered from another thread": (mp, "_wsgi_call_wrap"),
}
"""What breaks when a name is gone that `authapi/server/server.py` replaces."""

LINES: dict[str, tuple[Any, str, list[str]]] = {
    "a worker asks for its signals, and for its callable": (
        MPServer,
        "_spawn_wsgi_worker",
        ["from granian._signals import set_sync_signals", "_wsgi_call_wrap(callback"],
    ),
    "workers get our socket": (MPServer, "_spawn_worker", ["self._shd", "self._sso"]),
    "the server knows its workers": (MPServer, "_stop_workers", ["in self.wrks"]),
    "the request's environment is passed on": (
        granian_wsgi,
        "_callback_wrapper",
        ["proto, scope", "basic_env | scope", "callback(environ, resp)"],
    ),
}
"""What breaks when a function does not do that any more."""


def test_the_inside_of_granian_is_as_expected() -> None:
    """If they change, the failure names what breaks."""
    broken = [what for what, where in NAMES.items() if not callable(getattr(*where, None))]
    for what, (owner, name, lines) in LINES.items():
        source = inspect.getsource(getattr(owner, name))
        broken += [f"{what}: {line}" for line in lines if line not in source]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        make: Any = _granian.SocketHolder
        if make(listener.fileno(), False, 128).get_fd() != listener.fileno():
            broken.append("a socket that is open already is taken")
    if not callable(getattr(_granian.WorkerSignal(), "set", None)):
        broken.append("a worker is told to stop")
    assert not broken, f"granian {granian.__version__} is another one inside"


def test_one_module_knows_it() -> None:
    """Other modules use public names only."""
    private = re.compile(r"granian[.\w]*\._\w+|from granian[.\w]* import [^#\n]*\b_\w+|MPServer")
    users = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "authapi").rglob("*.py"), *ROOT.glob("*.py")]
        if private.search(path.read_text(encoding="utf-8"))
    }
    assert users == {"authapi/server/server.py"}
