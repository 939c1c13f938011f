"""Signals: an app's own code hears of each security event, without a fork of the service."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from blinker import Namespace

from authapi.core.events import Event, EventRecorder, SecurityEvent
from authapi.web.services import within

if TYPE_CHECKING:
    from blinker import NamedSignal
    from flask import Flask

_signals = Namespace()
_log = logging.getLogger("authapi.signals")


def signal(event: str) -> NamedSignal:
    """Return the signal of a security event; docs/operations.md lists the events.

    A receiver gets the app, and the `SecurityEvent` as `event`. It runs within the request that
    caused the event. One that fails is an error in the log, and the request goes on.

    Args:
        event: such as `login_failed`.

    Raises:
        ValueError: when there is no such event.
    """
    return _signals.signal(Event(event))


def init_app(app: Flask, recorder: EventRecorder) -> None:
    """Send the events of an app's service."""

    def send(event: SecurityEvent) -> None:
        for receiver in _signals.signal(event.event).receivers_for(app):
            try:
                with within(app):
                    receiver(app, event=event)
            except Exception:
                _log.exception("a receiver of %s failed", event.event)

    recorder.subscribe(send)
