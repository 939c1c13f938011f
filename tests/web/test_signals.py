"""`authapi.signal`: an app is notified of security events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, has_request_context

import authapi
from authapi.core.events import Event, EventRecorder, SecurityEvent
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.apps import served

Heard = list[tuple[Flask, SecurityEvent, bool]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What a receiver of failed logins was told, and whether within a request."""
    told: Heard = []

    def receive(app: Flask, event: SecurityEvent) -> None:
        told.append((app, event, has_request_context()))

    with authapi.signal("login_failed").connected_to(receive):
        yield told


def test_a_receiver_is_told_who_what_and_where(visitor: Visitor, app: Flask, heard: Heard) -> None:
    """S75: It is called within the request, with the event's data."""
    name = visitor.new_user()
    visitor.log_in(name)
    visitor.authenticate(name, "wrong password")
    ((sender, event, in_request),) = heard
    assert sender is app
    assert in_request
    assert event.event is Event.LOGIN_FAILED
    assert event.user_id is not None
    assert event.origin.client.address == "127.0.0.1"


@pytest.mark.parametrize("event", Event)
def test_each_security_event_has_a_signal(app: Flask, event: Event) -> None:
    """S75: Each of them is sent."""
    told: list[str] = []

    def receive(_app: Flask, event: SecurityEvent) -> None:
        told.append(event.event)

    with authapi.signal(event.value).connected_to(receive, sender=app):
        services_of(app)[EventRecorder].record(event)
    assert told == [event]


def test_a_receiver_that_fails_is_logged_and_keeps_nobody_else_from_it(
    visitor: Visitor, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    """S75: The request and other receivers go on."""

    def failing(_app: Flask, event: SecurityEvent) -> None:
        raise LookupError("a fault of the app's")

    signal = authapi.signal("login_failed")
    with signal.connected_to(failing):
        assert visitor.authenticate(visitor.new_user(), "wrong password").status_code == 401
    assert len(heard) == 1
    assert "a receiver of login_failed failed" in caplog.text


def test_a_receiver_of_one_app_hears_nothing_of_another(settings: Settings, app: Flask) -> None:
    """`sender=app` selects the app."""
    told: list[SecurityEvent] = []

    def receive(_app: Flask, event: SecurityEvent) -> None:
        told.append(event)

    with (
        authapi.signal("user_registered").connected_to(receive, sender=app),
        served(settings) as visitor,
    ):
        visitor.new_user()
    assert told == []


def test_there_is_no_signal_of_what_is_no_event() -> None:
    """An unknown name raises at once."""
    with pytest.raises(ValueError, match="login_faild"):
        authapi.signal("login_faild")
