"""The service inside an app that exists."""

import os
from dataclasses import replace

from flask import Flask

from authapi.app import let_extend, let_guard, make_service, said_plainly
from authapi.cli import commands
from authapi.core.clock import Clock, utc_now
from authapi.core.environment import warn_of_near_misses
from authapi.core.identity import Identity
from authapi.database import FAILURES, DatabaseUnavailable, RequestScope
from authapi.revocation.verification import AccessTokenVerification
from authapi.settings import Settings
from authapi.web import errors, mounting
from authapi.web.bearer import AccessTokenVerifier
from authapi.web.services import services_of


def init_app(
    app: Flask,
    url_prefix: str = "/auth",
    *,
    settings: Settings | None = None,
    clock: Clock = utc_now,
    docs: bool = True,
    protected: bool = True,
) -> None:
    """Add the service to an app that exists, which stays as it is.

    Below the prefix the service answers as it does alone. The app's views may be guarded by
    `@token_required` and its like, and the commands are `flask authapi users` and so on.

    Args:
        app: the app. WSGI middleware that it adds later is around the service, too.
        url_prefix: where the service is.
        settings: as for `create_app`.
        clock: as for `create_app`.
        docs: whether `/docs` and `/openapi.json` are there, unless `DOCS=off`.
        protected: whether `/protected` is there, unless `PROTECTED_SAMPLE=off`.

    Raises:
        ValueError: when the app has a route below the prefix, or has the service already; a route
            that it adds there later raises it, too.
        SettingsError: naming every problem, when the service may not start.
    """
    with said_plainly():
        chosen = settings or Settings.from_environ(os.environ)
        chosen = replace(
            chosen,
            docs=chosen.docs if docs else "off",
            protected_sample=chosen.protected_sample if protected else "off",
        )
        service = make_service(chosen, clock, url_prefix)
    if settings is None:
        warn_of_near_misses(Settings, os.environ)
    built = services_of(service)
    mounting.init_app(app, service, url_prefix, built.well_known)
    let_guard(app, built, _verify_for_host(built[AccessTokenVerification].verify_token))
    let_extend(app, built)
    commands.init_host(app)


def _verify_for_host(verify: AccessTokenVerifier) -> AccessTokenVerifier:
    """Return `verify` for views of the host, whose requests do not pass the service's `Lifecycle`.

    A failure of the service's database is raised as `ApiError`: the host may have error handlers
    for failures of its own database.
    """

    def verified(token: str, /) -> Identity:
        try:
            with RequestScope():
                return verify(token)
        except DatabaseUnavailable as why:
            raise errors.database_away(why, explained=True) from None
        except FAILURES as failure:
            raise errors.database_away(failure) from None

    return verified
