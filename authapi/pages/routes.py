"""`/account/forgot` and the pages that mailed links lead to.

A GET shows a form: it reads and changes nothing (S82). A POST is answered in HTML. Tokens arrive in
the fragment, which browsers do not send, and are posted in a body (S83).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import flask
from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue, RouteCallable
from werkzeug.exceptions import RequestEntityTooLarge

from authapi.core.errors import ApiError, ErrorCode
from authapi.pages.endpoint import ask
from authapi.pages.models import PAGES, PASSKEYS_ENDPOINT, Frame, Outcome, Page
from authapi.pages.rules import body, by_field, comes_from_here, token, unconfirmed
from authapi.pages.texts import LANGUAGES, Texts, texts
from authapi.web.form import TYPE, read_form
from authapi.web.services import service

Form = Callable[[], Response]
_STATIC = Path(__file__).with_name("static")
_FILES = ("pages.css", "pages.js", "passkeys.js")
_STATIC_SECONDS = 3600
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


def init_app(app: Flask) -> None:
    """Give `app` the page of each endpoint that it has."""
    posts = {
        rule.rule: rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }
    pages = [page for page in PAGES if page.endpoint in posts]
    has_passkeys = PASSKEYS_ENDPOINT in posts
    if not pages and not has_passkeys:
        return
    blueprint = Blueprint("pages", __name__, url_prefix="/account", template_folder="templates")
    blueprint.add_url_rule(f"/<any({', '.join(_FILES)}):name>", "static", _static)
    blueprint.add_url_rule("/own.css", "stylesheet", _stylesheet)
    blueprint.add_url_rule("/logo", "logo", _logo)
    if has_passkeys:
        blueprint.add_url_rule("/passkeys", "passkeys", _passkeys)
    for page in pages:
        submit = partial(_submit, page)
        blueprint.add_url_rule(f"/{page.name}", page.name, partial(_page, page))
        path = f"/account/{page.name}"
        if path in posts:  # the endpoint has the same path: the body's type tells them apart
            endpoint = posts[path]
            app.view_functions[endpoint] = _either(submit, app.view_functions[endpoint])
        else:
            blueprint.add_url_rule(f"/{page.name}", f"{page.name}_form", submit, methods=["POST"])
    app.register_blueprint(blueprint)


def _either(form: Form, view: RouteCallable) -> RouteCallable:
    def answer() -> ResponseReturnValue:
        return form() if request.mimetype == TYPE else current_app.ensure_sync(view)()

    return answer


def _submit(page: Page) -> Response:
    """Answer a form as its endpoint does."""
    values: dict[str, str] = {}
    if not comes_from_here(request.headers.get("Sec-Fetch-Site"), request.origin, _origin()):
        return _page(page, Outcome(403, "foreign_form"))
    try:
        values = read_form(request)
    except ApiError as error:
        return _page(page, Outcome(error.status, error.code))
    except RequestEntityTooLarge:
        return _page(page, Outcome(413, ErrorCode.BODY_TOO_LARGE))
    refused = unconfirmed(page, values, _texts().words["word"])
    return _page(page, refused or ask(page.endpoint, body(page, values)), values)


def _origin() -> str | None:
    """Return the origin that forms must come from; in development this machine's own."""
    frame = service(Frame)
    if frame.origin is not None:
        return frame.origin
    asked = urlsplit(request.host_url)
    return f"{asked.scheme}://{asked.netloc}" if asked.hostname in _LOOPBACK else None


def _texts() -> Texts:
    best = request.accept_languages.best_match(LANGUAGES)
    return texts(best or service(Frame).language)


def _page(
    page: Page, outcome: Outcome | None = None, values: dict[str, str] | None = None
) -> Response:
    """Show a page: its form, or the result of that."""
    done = outcome is not None and outcome.code is None
    beside = by_field(page, outcome) if outcome else {}
    spoken = _texts()
    response = _html(
        "account/done.html" if done else "account/form.html",
        spoken,
        outcome.status if outcome else 200,
        page=page,
        says=spoken.words["pages"][page.name],
        problems={name: spoken.problem(found) for name, found in beside.items()},
        refusal=spoken.refusal(outcome.code) if outcome and outcome.code and not beside else None,
        values=_shown_again(page, values or {}, beside),
    )
    if outcome is not None and outcome.retry_after is not None:
        response.headers["Retry-After"] = outcome.retry_after
    return response


def _passkeys() -> Response:
    """Show the page of passkeys, whose script asks the endpoints (S121)."""
    spoken = _texts()
    return _html("account/passkeys.html", spoken, 200, says=spoken.words["passkeys"])


def _html(template: str, spoken: Texts, status: int, **shown: object) -> Response:
    html = flask.render_template(
        template,
        frame=service(Frame),
        language=spoken.language,
        words=spoken.words,
        views=current_app.view_functions,
        **shown,
    )
    response = flask.make_response(html, status)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.add("Accept-Language")
    return response


def _shown_again(page: Page, values: dict[str, str], beside: dict[str, str]) -> dict[str, str]:
    """Return the values to show again in a refused form: no password, no invalid token."""
    kept = {field.name for field in page.fields if not field.secret}
    if "token" in beside:
        kept.discard("token")
    shown = {name: value for name, value in values.items() if name in kept}
    return shown | ({"token": token(shown["token"])} if "token" in shown else {})


def _static(name: str) -> Response:
    return flask.send_from_directory(_STATIC, name, max_age=_STATIC_SECONDS)


def _stylesheet() -> Response:
    """Serve the operator's own style."""
    return _own(service(Frame).stylesheet)


def _logo() -> Response:
    """Serve the operator's own logo; opened by itself, an SVG runs no script."""
    response = _own(service(Frame).logo)
    response.headers["Content-Security-Policy"] = _PICTURE_POLICY
    return response


def _own(path: Path | None) -> Response:
    if path is None:
        flask.abort(404)
    return flask.send_from_directory(path.parent, path.name, max_age=_STATIC_SECONDS)
