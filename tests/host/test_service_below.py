"""The service below a prefix behaves as it does alone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.middleware.proxy_fix import ProxyFix

from authapi import create_app, init_app
from authapi.database import Database
from authapi.settings import DEVELOPMENT, Settings
from tests.conftest import services_of
from tests.host.conftest import ORIGIN, add_notes, bearing, existing_app
from tests.support.actors import PASSWORD, fresh_name
from tests.support.apps import end

ASKED = [
    ("GET", "/healthz"), ("GET", "/"), ("GET", "/protected"), ("GET", "/me"), ("GET", "/nowhere"),
    ("PUT", "/register"), ("POST", "/register"), ("GET", "/docs"), ("GET", "/readyz"),
    ("GET", "/me%2factivity"), ("GET", "/healthz/"), ("GET", "/home.css"),
    ("OPTIONS", "/me"),
]  # fmt: skip
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
HSTS = "Strict-Transport-Security"
VOLATILE = {"Date", "X-Request-ID", "Last-Modified", HSTS}


@pytest.mark.parametrize(("method", "path"), ASKED, ids=" ".join)
def test_it_answers_as_it_does_alone(
    app: Flask, client: FlaskClient, method: str, path: str
) -> None:
    """Status, body and headers are the same."""
    origin = {"Origin": ORIGIN}
    alone = app.test_client().open(path, method=method, headers=origin, buffered=True)
    below = client.open(f"/auth{path}", method=method, headers=origin, buffered=True)
    assert below.status == alone.status
    assert below.text.replace("/auth/", "/") == alone.text
    assert headers_of(below) == headers_of(alone)


def headers_of(answer: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - an answer
    """Return the headers that neither change by themselves nor concern the whole domain."""
    ignored = VOLATILE | ({"Content-Length"} if "html" in answer.mimetype else set())
    return sorted((name, value) for name, value in answer.headers if name not in ignored)


def test_the_prefix_itself_is_its_page(client: FlaskClient) -> None:
    """A path that only begins with the same letters is the host's."""
    assert client.get("/auth").get_json()["service"] == "authapi"
    assert client.get("/auth/").get_json()["service"] == "authapi"
    assert client.get("/authentic").text == "<h1>not here</h1>"


def test_the_hosts_subdomains_are_its_own(client: FlaskClient) -> None:
    """S72: HSTS is sent for the name that was asked, and for no other."""
    assert client.get("/auth/healthz").headers[HSTS] == "max-age=63072000"
    assert HSTS not in client.get("/notes").headers


def test_two_slashes_are_no_way_in(client: FlaskClient) -> None:
    """S136: A proxy's rule for a path cannot be avoided so."""
    assert client.get("/auth//healthz").get_json()["code"] == "not_found"
    assert client.get("/", environ_overrides={"PATH_INFO": "//auth/healthz"}).status_code == 404


def test_a_body_is_bounded_there_and_nowhere_else(client: FlaskClient) -> None:
    """`MAX_BODY_BYTES` is for the service, `MAX_CONTENT_LENGTH` for the host."""
    long = {"username": "x" * 100_000, "password": "y"}
    assert client.post("/auth/register", json=long).get_json()["code"] == "body_too_large"
    assert client.post("/upload", json=long).status_code == 200


def test_its_description_names_where_it_is(client: FlaskClient) -> None:
    """`servers` has the prefix (OpenAPI 3.1, 4.8.5)."""
    description = client.get("/auth/openapi.json").get_json()
    OpenAPIV31SpecValidator(description).validate()
    assert description["servers"] == [{"url": "/auth", "description": "This server"}]
    assert "/authenticate" in description["paths"]


@pytest.mark.parametrize("page", ["/auth/docs", "/auth/"])
def test_everything_on_its_pages_is_served(client: FlaskClient, page: str) -> None:
    """All links stay below the prefix."""
    html = client.get(page, headers={"Accept": "text/html"}).text
    found = linked(html)
    assert len(found) >= 2
    for address in found:
        assert address.startswith("/auth/")
        assert client.get(urljoin(page, address), buffered=True).status_code == 200


@pytest.fixture
def proxied(settings: Settings) -> Iterator[Flask]:
    """The app behind a proxy that takes `/app` away."""
    app = existing_app()
    init_app(app, settings=replace(settings, trusted_proxies=1))
    yield app
    end(app)


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("prefix", ["/app", "/app/", "/a, /app"])
def test_a_proxys_prefix_comes_before_its_own(proxied: Flask, prefix: str, twice: bool) -> None:
    """`X-Forwarded-Prefix` counts once, even if the host reads it as well."""
    if twice:
        proxied.wsgi_app = ProxyFix(proxied.wsgi_app, x_prefix=1)  # type: ignore[method-assign]
    client, headers = proxied.test_client(), {"X-Forwarded-Prefix": prefix}
    assert 'href="/app/auth/docs/swagger-ui.css"' in client.get("/auth/docs", headers=headers).text
    description = client.get("/auth/openapi.json", headers=headers).get_json()
    assert description["servers"][0]["url"] == "/app/auth"


@pytest.mark.parametrize(
    "prefix",
    [
        "//evil.example", "https://evil.example", "/a b", '/"', "/%2f",
        "//evil.example,", "//evil.example, ,", '"//evil.example",', '/a, "//evil.example"',
    ],
)  # fmt: skip
def test_a_prefix_that_leads_elsewhere_is_none(proxied: Flask, prefix: str) -> None:
    """S27: A client may have sent it through the proxy."""
    headers = {"X-Forwarded-Prefix": prefix}
    page = proxied.test_client().get("/auth/docs", headers=headers).text
    assert 'href="/auth/docs/swagger-ui.css"' in page
    assert prefix not in page
    assert "evil.example" not in page


def test_without_proxies_no_prefix_is_believed(client: FlaskClient) -> None:
    """S27: With `TRUSTED_PROXIES=0` the header is ignored."""
    page = client.get("/auth/docs", headers={"X-Forwarded-Prefix": "/app"}).text
    assert 'href="/auth/docs/swagger-ui.css"' in page


def test_an_account_lives_as_it_does_alone(client: FlaskClient, tokens: dict[str, Any]) -> None:
    """Registration, login, refresh, sessions and logout work below the prefix."""
    assert client.get("/auth/me", headers=bearing(tokens)).get_json()["username"]
    new = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).get_json()
    assert client.get("/auth/sessions", headers=bearing(new)).status_code == 200
    assert (
        client.post("/auth/logout", json={"refresh_token": new["refresh_token"]}).status_code == 200
    )
    assert client.get("/auth/me", headers=bearing(new)).status_code == 401


def test_parts_can_be_left_out(settings: Settings) -> None:
    """The documentation and the sample can be switched off."""
    app = Flask("bare")
    init_app(app, "/accounts/v1", settings=settings, docs=False, protected=False)
    client = app.test_client()
    for path in ("docs", "openapi.json", "protected"):
        assert client.get(f"/accounts/v1/{path}").status_code == 404
    assert client.get("/accounts/v1/healthz").status_code == 200
    end(app)


@pytest.mark.parametrize("prefix", ["", "/", "auth", "/auth/", "/auth//x", "/a b", "/<name>"])
def test_a_prefix_has_to_be_one(settings: Settings, prefix: str) -> None:
    """An empty prefix would replace the host."""
    with pytest.raises(ValueError, match="url_prefix must be a path such as /auth"):
        init_app(Flask("any"), prefix, settings=settings)


@pytest.mark.parametrize("path", ["/auth", "/auth/", "/auth/me", "/auth/<name>"])
def test_a_hosts_address_below_the_prefix_is_refused(settings: Settings, path: str) -> None:
    """It could not be reached; routes that are added later are checked, too."""
    early, late = Flask("early"), Flask("late")
    early.add_url_rule(path, "mine", lambda name="": name)
    with pytest.raises(ValueError, match=f"would answer for {re.escape(path)} .mine."):
        init_app(early, settings=settings)
    init_app(late, settings=settings)
    late.add_url_rule("/author", "author", lambda: "x")
    blueprint = Blueprint("late", __name__, url_prefix="/auth" if path != "/auth" else "")
    blueprint.add_url_rule(path.removeprefix("/auth") or path, "mine", lambda name="": name)
    with pytest.raises(ValueError, match="another url_prefix"):
        late.register_blueprint(blueprint)


def test_a_service_is_added_once(settings: Settings) -> None:
    """A second one, or one inside of `create_app()`, is refused."""
    app = Flask("any")
    init_app(app, settings=settings)
    for taken in (app, create_app(settings)):
        with pytest.raises(ValueError, match="already"):
            init_app(taken, "/other", settings=settings)


def test_two_apps_in_a_process_have_a_service_each(host: Flask, settings: Settings) -> None:
    """They share no state and no database."""
    other = existing_app()
    init_app(other, "/accounts", settings=settings)
    add_notes(other)
    assert services_of(other)[Database] is not services_of(host)[Database]
    assert other.test_client().get("/accounts/healthz").status_code == 200
    end(other)


@pytest.fixture(scope="module")
def development(settings: Settings) -> Iterator[FlaskClient]:
    """A caller of a host where people develop."""
    app = existing_app()
    name = f"mailbox_{secrets.token_hex(6)}"
    init_app(app, settings=replace(settings, environment=DEVELOPMENT, mongo_database=name))
    yield app.test_client()
    end(app)


def test_mailed_links_and_the_mailbox_stay_below(development: FlaskClient) -> None:
    """Links in mails lead to pages below the prefix."""
    user = {"username": fresh_name(), "password": PASSWORD, "email": "ann@example.com"}
    assert development.post("/auth/register", json=user).status_code == 200
    seen, to_see = set[str](), {"/auth/dev/mailbox"}
    while to_see:
        page = to_see.pop()
        seen.add(page)
        answer = development.get(page, buffered=True)
        assert answer.status_code == 200, page
        for address in linked(answer.text) if answer.mimetype == "text/html" else ():
            path = address.removeprefix("http://localhost:8000").partition("#")[0]
            assert path.startswith("/auth/")
            to_see |= {path} - seen
    assert {"/auth/account/confirm", "/auth/account/pages.css", "/auth/dev/mailbox.css"} <= seen
    form = {"username": user["username"]}
    asked = development.post("/auth/account/forgot", data=form, headers=SAME_SITE)
    assert (asked.status_code, asked.mimetype) == (200, "text/html")


def linked(html: str) -> list[str]:
    """Return every address that a page names, but for empty icons."""
    found = re.findall(r"""(?:src|href|action)=["']([^"']+)["']""", html)
    return [address for address in found if address != "data:,"]
