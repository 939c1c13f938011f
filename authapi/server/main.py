"""The production server: `make serve`, `python serve.py`, or `authapi serve`.

It is granian, configured here; docs/deployment.md says what the environment may set.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from authapi import Settings, SettingsError
from authapi.core.env_file import load_env_file
from authapi.core.environment import warn_of_near_misses
from authapi.server import metrics_dir
from authapi.server.drain import Drain
from authapi.server.listener import connections_unheard, connections_waiting, open_listener
from authapi.server.options import QUICK_THREADS, Options, described
from authapi.server.server import LOGGING, Server, with_server_header
from authapi.server.slow_answers import SlowAnswers
from authapi.server.slow_bodies import SlowBodies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

T = TypeVar("T")
USAGE = f"""\
The environment may set, besides docs/configuration.md:

{described()}
"""
HTTP = HTTP1Settings(
    header_read_timeout=10_000,  # milliseconds; a connection may idle as long
    max_buffer_size=32 * 1024,  # bytes; a longer head is refused with a 431
)
CONNECTIONS = 4096  # of each worker; more wait in the kernel
DRAIN_SECONDS = 1.0
PORT_WAIT_SECONDS = 10.0  # workers of a server that was killed hard keep its port for a moment


def main(load: Callable[[], Flask]) -> None:
    """Serve until SIGTERM or SIGINT; exit with all problems when the service cannot start.

    Args:
        load: returns the service; called once for all workers, after the environment was read.
    """
    try:
        load_env_file(Path.cwd() / ".env")
    except SettingsError as problem:
        sys.exit(str(problem))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # before there are workers Ctrl+C just ends it
    settings, options, listener = prepared()
    forget = share_metrics() if settings.metrics_token else lambda pid: None
    multiprocessing.set_start_method("fork")  # a worker begins with all that is loaded here
    drain_seconds = min(DRAIN_SECONDS, options.grace_seconds / 4)
    kill_timeout = max(1, math.floor(options.grace_seconds - drain_seconds))
    drain = Drain(
        drain_seconds,
        kill_timeout * 0.75,
        lambda: connections_waiting(listener),
        lambda: connections_unheard(options.port),
    )
    threads = options.threads_for(settings)
    app = with_server_header(drain.around(bounded(load(), threads)))
    warn_of_near_misses(Options, os.environ)
    Server(
        listener,
        drain,
        forget,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP,
        workers=options.processes,
        blocking_threads=threads,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=kill_timeout,
        log_dictconfig=LOGGING,
    ).serve(target_loader=lambda: app, wrap_loader=False)


def bounded(app: WSGIApplication, threads: int) -> WSGIApplication:
    """Return `app`, with a bound on the threads that may wait for slow clients."""
    slow = max(1, threads // 2, threads - QUICK_THREADS)
    answers, bodies = SlowAnswers(max(1, slow // 2)), SlowBodies(slow - slow // 2)
    return answers.around(bodies.around(app))


def prepared() -> tuple[Settings, Options, socket.socket]:
    """Read the environment and open the port; on problems exit, naming all of them."""
    problems: list[str] = []
    settings = attempt(problems, lambda: Settings.from_environ(os.environ))
    options = attempt(problems, lambda: Options.from_environ(os.environ))
    wait = 0.0 if problems else PORT_WAIT_SECONDS
    listener = attempt(problems, lambda: listening(options, wait)) if options else None
    if settings is None or options is None or listener is None:
        sys.exit(str(SettingsError(problems)))
    return settings, options, listener


def listening(options: Options, wait_seconds: float) -> socket.socket:
    """Return the listening socket; say so on standard error when its port has to be waited for."""
    return open_listener(
        options.host,
        options.port,
        wait_seconds,
        tell=lambda sentence: sys.stderr.write(f"{sentence}\n"),
    )


def share_metrics() -> Callable[[int], object]:
    """Let all workers count together; return a function that removes a dead worker's gauges."""
    problems: list[str] = []
    folder = attempt(problems, metrics_dir.make_metrics_dir)
    if folder is None:
        sys.exit(str(SettingsError(problems)))
    os.environ[metrics_dir.VARIABLE] = folder
    return metrics_dir.forget_worker


def attempt(problems: list[str], read: Callable[[], T]) -> T | None:
    """Return what `read` returns; when it raises, add why to `problems` and return None."""
    try:
        return read()
    except SettingsError as error:
        problems += error.problems
    except ValueError as problem:
        problems.append(str(problem))
    return None
