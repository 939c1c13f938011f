"""Signals: let an app's own code receive security events."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from blinker import Namespace

from authapi.core.events import Event, EventRecorder, SecurityEvent
from authapi.web.services import context_of

if TYPE_CHECKING:
    from blinker import NamedSignal
    from flask import Flask

_signals = Namespace()
_log = logging.getLogger("authapi.signals")


def signal(event: str) -> NamedSignal:
    """Return the signal of a security event; docs/operations.md lists the events.

    A receiver gets the app, and the `SecurityEvent` as `event`, within the request that caused the
    event. A failing receiver is an error in the log, and the request goes on.

    Args:
        event: its name, such as `login_failed`.

    Raises:
        ValueError: when there is no such event.
    """
    return _signals.signal(Event(event))


def init_app(app: Flask, recorder: EventRecorder) -> None:
    """Send the events of `recorder` as signals of `app`."""

    def send(event: SecurityEvent) -> None:
        for receiver in _signals.signal(event.event).receivers_for(app):
            try:
                with context_of(app):
                    receiver(app, event=event)
            except Exception:
                _log.exception("a receiver of %s failed", event.event)

    recorder.subscribe(send)
