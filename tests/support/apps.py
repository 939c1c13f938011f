"""Serves an app of its own, for tests that need other settings or another route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.core.clock import Clock, utc_now
from authapi.database import Database
from authapi.settings import Settings
from tests.support.actors import Visitor
from tests.support.servers import in_thread


@contextmanager
def served(
    settings: Settings,
    clock: Clock = utc_now,
    prepare: Callable[[Flask], object] | None = None,
) -> Iterator[Visitor]:
    """Serve an app with these settings over HTTP, after `prepare(app)`; yield a client of it."""
    app = create_app(settings, clock)
    if prepare is not None:
        prepare(app)
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    end(app)


def end(app: Flask) -> None:
    """Close the threads and connections of an app with the service."""
    app.extensions["authapi"][
        AuditTrail
    ].flush()  # otherwise its thread would open the database again
    app.extensions["authapi"][Database].close()
