"""`/dev/mailbox`: what a development server would have mailed, and what not (S122)."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import flask
from flask import Blueprint, Response, current_app, request

from authapi.mail.serializers import describe
from authapi.mail.servers import is_loopback
from authapi.mail.service import MailService
from authapi.web.services import service

MOST = 100
_PAGES = Path(__file__).with_name("pages")
_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

blueprint = Blueprint("mailbox", __name__, url_prefix="/dev", template_folder="pages")


@blueprint.before_request
def refuse_others() -> None:
    """Answer this machine alone, and only by its own names: DNS may point others to 127.0.0.1."""
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if not (is_loopback(request.remote_addr or "") and is_loopback(host)):
        flask.abort(404)


@blueprint.get("/mailbox")
def mailbox() -> Response:
    """List the mails, the newest first."""
    forgot = "pages.forgot" in current_app.view_functions
    return _page("mailbox.html", mails=_newest(), forgot=forgot)


@blueprint.get("/mailbox.json")
def mailbox_json() -> dict[str, Any]:
    """List the mails as JSON, for programs."""
    mails = [{**mail, "made_at": mail["made_at"].isoformat()} for mail in _newest()]
    return {"status": "ok", "mails": mails}


@blueprint.get("/mailbox/<mail_id>")
def mail(mail_id: str) -> Response:
    """Show both parts of a mail."""
    return _page("mail.html", mail=_find(mail_id))


@blueprint.get("/mailbox/<mail_id>/html")
def html_part(mail_id: str) -> Response:
    """Show the HTML part as a mail program does: without scripts and foreign content."""
    html = _find(mail_id)["html"]
    styles = " ".join(f"'sha256-{_digest(style)}'" for style in _STYLE.findall(html)) or "'none'"
    response = flask.make_response(html)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {styles}; sandbox; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    )
    return response


@blueprint.get("/mailbox.css")
def style() -> Response:
    """Serve the pages' style."""
    return flask.send_from_directory(_PAGES, "mailbox.css")


def _newest() -> list[dict[str, Any]]:
    """Return the newest mails, after sending what is due."""
    mails = service(MailService)
    mails.send()
    return [describe(record, mails.written(record)) for record in mails.newest(MOST)]


def _find(mail_id: str) -> dict[str, Any]:
    mails = service(MailService)
    record = mails.find_mail(mail_id)
    if record is None:
        flask.abort(404)
    return describe(record, mails.written(record))


def _page(name: str, **values: object) -> Response:
    response = flask.make_response(flask.render_template(name, **values))
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
