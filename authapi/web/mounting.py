"""Mounts the service in an existing app, below a prefix, with nothing else shared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from flask import Flask, abort
from werkzeug.routing import Map, Rule, RuleFactory

from authapi.web.services import has_services, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ENDPOINT = "authapi"
"""The host's endpoint for the service: `url_for("authapi", path="account/forgot")`."""

PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
"""A path that needs no escaping, without a slash at its end."""


def init_app(host: Flask, service: Flask, prefix: str, well_known: Mapping[str, str]) -> None:
    """Hand requests of `host` below the prefix to `service`.

    The host's hooks and error handlers do not see them.

    Args:
        host: the existing app.
        service: the service's app.
        prefix: its path in the host.
        well_known: paths at the root of a domain (RFC 8615), each with its path in the service,
            which answers there, too, unless the host does.

    Raises:
        ValueError: for an invalid prefix, one below which the host has routes, and a host that has
            the service already. The host raises it, too, when it adds such a route later.
    """
    if not PREFIX.fullmatch(prefix):
        raise ValueError(f"url_prefix must be a path such as /auth, not {prefix!r}")
    if ENDPOINT in host.view_functions or has_services(host):
        raise ValueError(f"{host.name} has the service, or an endpoint {ENDPOINT!r}, already")
    _refuse_taken(host.url_map.iter_rules(), prefix)
    host.add_url_rule(f"{prefix}/<path:path>", ENDPOINT, _never_asked)
    host.add_url_rule(f"{prefix}/", ENDPOINT, _never_asked, defaults={"path": ""})
    _keep_free(host, prefix)
    share(host, service)
    _dispatch(host, service, prefix, well_known)


def below(app: Flask, prefix: str) -> None:
    """Let `app` answer below a prefix, which becomes `SCRIPT_NAME` (PEP 3333)."""
    at_the_root = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "").rstrip("/") + prefix
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(prefix)
        return at_the_root(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]


def _dispatch(host: Flask, service: Flask, prefix: str, well_known: Mapping[str, str]) -> None:
    """Hand requests below the prefix to the service, and all others to the host."""
    others, inside = host.wsgi_app, f"{prefix}/"

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path in well_known and not _answers_well_known(host, path):
            path = f"{prefix}{well_known[path]}"
        if path.startswith(inside) or path == prefix:
            service.testing = host.testing  # in the host's tests exceptions are raised here, too
            service.config["TRUSTED_HOSTS"] = host.config["TRUSTED_HOSTS"]
            asked = {**environ, "PATH_INFO": path}  # middleware outside keeps its own
            return service.wsgi_app(asked, start_response)
        return others(environ, start_response)

    host.wsgi_app = answer  # type: ignore[method-assign]


def _answers_well_known(host: Flask, path: str) -> bool:
    """Whether the host has a route for a well-known path; a catch-all route does not count.

    A route of any of the host's names or subdomains counts.
    """
    rules = [rule for rule in host.url_map.iter_rules() if rule.rule.startswith("/.well-known/")]
    own = Map([Rule(rule.rule, endpoint="") for rule in rules], converters=host.url_map.converters)
    return own.bind("").test(path)


def _refuse_taken(rules: Iterable[Rule], prefix: str) -> None:
    taken = [rule for rule in rules if f"{rule.rule}/".startswith(f"{prefix}/")]
    if taken:
        named = ", ".join(f"{rule.rule} ({rule.endpoint})" for rule in taken)
        raise ValueError(
            f"{prefix} is authapi's, which would answer for {named}: "
            "give init_app another url_prefix"
        )


def _keep_free(host: Flask, prefix: str) -> None:
    """Let the host refuse to add routes below the prefix, which could not be reached."""
    add = host.url_map.add

    def checked(added: RuleFactory) -> None:
        _refuse_taken(added.get_rules(host.url_map), prefix)
        add(added)

    host.url_map.add = checked  # type: ignore[assignment, method-assign]


def _never_asked(path: str) -> NoReturn:
    """Stand for the service in the host's routes, for `url_for`; it is never called."""
    abort(404)
