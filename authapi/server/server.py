"""granian's server of worker processes, with our listening socket and our stop."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

from granian import _signals
from granian._granian import SocketHolder
from granian.server import MPServer

from authapi.server.door import BACKLOG, shut_door
from authapi.server.last_call import LastCall
from authapi.web.logs import JsonFormatter

LOGGING = {
    "formatters": {"json": {"()": JsonFormatter}},
    "filters": {"advice": {"()": lambda: _is_no_advice}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["advice"]}
    },
    "loggers": {"_granian": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
"""granian's own few lines, in the shape of ours; requests are logged by the service."""


class Server(MPServer):
    """Serves until it is told to stop; then no request that it took is lost.

    granian gives each worker a listening socket of its own, and closes it as soon as the worker is
    told to stop: the kernel resets whoever waits in it. Here all workers share one.

    Args:
        door: the listening socket.
        last_call: what the workers do before they stop.
        forget: called with the process id of each worker that was replaced.
        options: granian's own.
    """

    def __init__(
        self,
        door: socket.socket,
        last_call: LastCall,
        forget: Callable[[int], object],
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__("wsgi:app", backlog=BACKLOG, **options)
        self._door = door
        self._last_call = last_call
        self._forget = forget
        _signals.set_sync_signals = last_call.signals

    def _init_shared_socket(self) -> None:
        make: Any = SocketHolder  # granian's stubs know of no arguments
        self._shd = make(self._door.fileno(), False, BACKLOG)
        self._sso: Any = self._door

    def _respawn_workers(self, workers: list[int], *how: Any, **more: Any) -> None:  # noqa: ANN401
        gone = [self.wrks[index].inner.pid for index in workers]
        super()._respawn_workers(workers, *how, **more)
        for pid in gone:
            self._forget(pid)

    def _drop_shared_socket(self) -> None:
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]
        time.sleep(self._last_call.seconds)
        shut_door(self._door)
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]


def _is_no_advice(record: logging.LogRecord) -> bool:
    """Tell whether a line says what happened, not that threads are many: most of them only wait."""
    return not record.getMessage().startswith("Configuration allows spawning")
