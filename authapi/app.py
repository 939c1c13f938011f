"""The application factory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import find_dotenv
from flask import Flask
from flask.cli import NoAppException
from flask.helpers import get_load_dotenv

from authapi.auth import auth_blueprint
from authapi.cli import commands
from authapi.core.clock import Clock, utc_now
from authapi.core.env_file import check_env_file
from authapi.core.environment import SettingsError, warn_of_near_misses
from authapi.core.events import EventRecorder
from authapi.core.secret_files import warn_of_exposed
from authapi.core.services import Services
from authapi.database import FAILURES, Database, DatabaseUnavailable
from authapi.health.routes import blueprint as health
from authapi.home.routes import blueprint as home
from authapi.keys.routes import blueprint as keys
from authapi.profile.sweep import Sweep
from authapi.reference.routes import blueprint as reference
from authapi.revocation.verification import AccessTokenVerification
from authapi.settings import Settings
from authapi.signin.step_up import StepUp
from authapi.tokens import own_claims
from authapi.tokens.service import TokenService
from authapi.version import __version__
from authapi.web import (
    bearer,
    client,
    cors,
    devserver,
    errors,
    greeting,
    headers,
    lifecycle,
    logs,
    mounting,
    recent_login,
    services,
    signals,
)
from authapi.web.application import Application
from authapi.web.openapi import create_api
from authapi.wiring import build

if TYPE_CHECKING:
    from flask_smorest import Api


def create_app(settings: Settings | None = None, clock: Clock = utc_now) -> Flask:
    """Make the service.

    Args:
        settings: read from the environment when not given.
        clock: what tells the time; a test may give one that it moves.

    Raises:
        SettingsError: naming every problem, when the service may not start.
    """
    with said_plainly():
        app = make_service(settings or _read_settings(), clock)
    if settings is None:
        warn_of_near_misses(Settings, os.environ)
    let_extend(app, services.services_of(app))
    commands.init_app(app)
    devserver.init()
    return app


def _read_settings() -> Settings:
    """Read the environment; refuse a file that the `flask` command has put into it only in part."""
    if _commanded() and get_load_dotenv():
        for name in (".flaskenv", ".env"):
            if file := find_dotenv(name, usecwd=True):
                check_env_file(Path(file))
    return Settings.from_environ(os.environ)


class _PlainSettingsError(SettingsError, NoAppException):
    """The same for the `flask` command, which prints it without a traceback."""


@contextmanager
def said_plainly() -> Iterator[None]:
    """Let the `flask` command print a SettingsError without a traceback."""
    try:
        yield
    except SettingsError as error:
        raise (_PlainSettingsError(error.problems) if _commanded() else error) from None


def _commanded() -> bool:
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"


def make_service(settings: Settings, clock: Clock, prefix: str = "") -> Flask:
    """Make the service, at `prefix` of another app if there is one."""
    app = Application("authapi", instance_path=str(settings.instance))
    _configure(app, settings)
    built = build(settings, clock, prefix)
    services.install(app, built)
    let_guard(app, built, built[AccessTokenVerification].verify_token)
    observers = _register_rooms(app, settings, built)
    _surround_requests(app, settings, built, observers)
    if settings.development:
        _prepare_development(built, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    """Set what views and schemas read from `app.config`; log as JSON lines from now on."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["REGISTRATION"] = settings.registration
    app.config["MAILS"] = settings.mails
    app.config["EMAIL"] = settings.email if settings.has_addresses else "off"
    app.config["RESERVED_DOMAINS"] = settings.development
    logs.configure(settings.log_level)
    warn_of_exposed(vars(settings).values())


def let_guard(app: Flask, built: Services, verify: bearer.AccessTokenVerifier) -> None:
    """Let `@token_required` and its like guard views of `app`."""
    bearer.init_app(app, verify)
    app.extensions[recent_login.EXTENSION] = built[StepUp].require_recent_login


def let_extend(app: Flask, built: Services) -> None:
    """Let code of `app` add claims, and hear of security events."""
    app.extensions[own_claims.EXTENSION] = built[TokenService].hooks
    signals.init_app(app, built[EventRecorder])


def _register_rooms(app: Flask, settings: Settings, built: Services) -> list[lifecycle.Observer]:
    """Register the blueprints; return the observers of every answer."""
    api = create_api(app, __version__)
    auth = auth_blueprint(
        sample=settings.protected_sample == "on",
        addresses=settings.has_addresses,
        passkeys=bool(built.features["passkeys"]),
    )
    for blueprint in (auth, home, keys, health, *([reference] if settings.docs == "on" else ())):
        api.register_blueprint(blueprint)
    observers = [_count(api, built)] if settings.metrics_token else []
    if settings.mails:
        from authapi.mail.service import MailService

        mails = built[MailService]
        observers.append(lambda *_: mails.look())  # for mails that are due
    _register_for_browsers(app, settings)
    return observers


def _surround_requests(
    app: Flask, settings: Settings, built: Services, observers: list[lifecycle.Observer]
) -> None:
    """Put the middleware around every request, from the inside outwards."""
    cors.init_app(
        app, settings.cors_origins, settings.cors_headers, development=settings.development
    )
    errors.init_app(app, FAILURES, DatabaseUnavailable)
    secure = headers.secured(https_only=not settings.development, mounted=bool(built.prefix))
    lifecycle.init_app(
        app,
        *observers,
        secure=secure,
        afterwards=built[Sweep].run_if_due,
    )
    if built.prefix:
        mounting.below(app, built.prefix)
    client.trust_proxies(app, settings.trusted_proxies)


def _count(api: Api, built: Services) -> lifecycle.Observer:
    """Register `/metrics`, which is loaded only with `METRICS_TOKEN`; return its observer."""
    from authapi.metrics.routes import init_app
    from authapi.metrics.service import Metrics

    return init_app(api, built[Metrics])


def _register_for_browsers(app: Flask, settings: Settings) -> None:
    """Register `/dev/mailbox` where people develop, and the pages that mailed links lead to."""
    if settings.has_mailbox:
        from authapi.mail.routes import blueprint

        app.register_blueprint(blueprint)
    if settings.has_pages:
        from authapi.pages.routes import init_app

        init_app(app)


def _prepare_development(built: Services, settings: Settings) -> None:
    if address := greeting.served_address(built.prefix):
        where = "MONGO_URI" if settings.mongo_uri else f"embedded, in {settings.instance}/mongo"
        examples = (
            settings.registration == "open"
            and settings.protected_sample == "on"
            and settings.email != "required"
            and not settings.refuses_common_passwords
        )
        places = {
            **({"documentation": "/docs"} if settings.docs == "on" else {}),
            **({"mail": "/dev/mailbox"} if settings.has_mailbox else {}),
        }
        greeting.start_database_and_announce(
            address, where, built[Database].prepare, places, examples=examples
        )
