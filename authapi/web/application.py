"""A Flask app that routes and answers faster; all else is Flask's own."""

import json
import logging
import re
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request
from flask.json.provider import DefaultJSONProvider
from flask.sessions import NullSession, SecureCookieSessionInterface
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.routing import MapAdapter
from werkzeug.sansio.response import Response

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+;=-]+)(:[0-9]*)?")
_log = logging.getLogger("authapi.errors")


class Application(Flask):
    """Flask with compact JSON, and routes that do not depend on the host name.

    With `SERVER_NAME` or `TRUSTED_HOSTS` Flask itself binds the routes. Without a `SECRET_KEY`
    there are no cookie sessions.
    """

    def __init__(self, import_name: str, *, instance_path: str) -> None:
        super().__init__(import_name, instance_path=instance_path, static_folder=None)
        self.session_interface = _Sessions()
        self.json = _CompactJson(self)
        self.url_map.merge_slashes = False

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the routes to a request, without regard to its host: in a fifth of Flask's time.

        Raises:
            BadRequest: without exactly one `Host`.
            NotFound: for a path that proxies and servers may read differently.
        """
        if request is None:
            return super().create_url_adapter(None)
        host = _required_host(request)
        path = _proper_path(request)
        if self.config["SERVER_NAME"] or self.config["TRUSTED_HOSTS"]:
            adapter = cast(MapAdapter, super().create_url_adapter(request))
        else:
            adapter = MapAdapter(
                self.url_map,
                server_name=host or "localhost",
                script_name=request.root_path,
                subdomain="",
                url_scheme=request.scheme,
                path_info=path,
                default_method=request.method,
            )
        if path[-1:] == "/" and path[-2:-1] not in {"", "/"} and not adapter.allowed_methods():
            adapter.path_info = path[:-1]
        return adapter

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401 - Flask's own signature
        """Log an exception that no handler caught."""
        _log.error("unexpected fault", exc_info=exc_info)


def _required_host(request: Request) -> str:
    """Return the request's `Host`; refuse a missing one, and two (RFC 9112, 3.2).

    A proxy may read the first of two and a server the last: they would differ about the target.
    WSGI servers join two headers by a comma.

    Raises:
        BadRequest: for both, and for an invalid one. HTTP/1.0 may leave it out.
    """
    host: str = request.environ.get("HTTP_HOST", "")
    if not host and request.environ.get("SERVER_PROTOCOL") != "HTTP/1.1":
        return ""
    if not _is_host(host):
        raise BadRequest
    return host


@lru_cache(1024)
def _is_host(text: str) -> bool:
    return _HOST.fullmatch(text) is not None


def _proper_path(request: Request) -> str:
    """Return the path that decides the route.

    werkzeug drops leading slashes and decodes `%2f`, so a proxy's rule for `/metrics` would miss
    `//metrics` or `/me%2factivity`. Such paths are refused (S136).

    Raises:
        NotFound: for a path with an encoded slash, or without exactly one leading slash.
    """
    sent = request.environ.get("RAW_URI", "")  # not every server has it
    path = request.environ.get("PATH_INFO", "")
    if path[:1] == "/" != path[1:2] and (not sent or sent == path):
        return request.path  # most requests: one slash, and nothing is encoded
    if sent.startswith("//") or path.startswith("//"):
        raise NotFound
    is_absolute = sent.startswith(("http://", "https://"))  # RFC 9112, 3.2.2
    if (sent and sent[0] != "/" and not is_absolute) or not (path or request.root_path):
        raise NotFound
    if "%" in sent and "%2f" in sent.partition("?")[0].lower():
        raise NotFound
    return request.path


class _CompactJson(DefaultJSONProvider):
    """Flask's JSON provider without spaces, with one encoder for all answers."""

    sort_keys = False

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._encode = json.JSONEncoder(separators=(",", ":"), default=self.default).encode

    def response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - any JSON value
        """Answer with a value as JSON, as `jsonify` takes it."""
        text = self._encode(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(f"{text}\n", content_type=self.mimetype)


class _Sessions(SecureCookieSessionInterface):
    """Flask's cookie sessions, for an app with a `SECRET_KEY`; without one there are none.

    The service itself does not use them: it knows the caller by the access token alone.
    """

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> Any:  # noqa: ANN401 - a kind of session
        """Return the request's session, or one that raises when a view writes to it."""
        return super().open_session(app, request) if app.config["SECRET_KEY"] else self._none
