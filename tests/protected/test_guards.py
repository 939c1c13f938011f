"""Every way to protect a view in Flask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from flask import (
    Blueprint,
    Flask,
    Response,
    after_this_request,
    copy_current_request_context,
    stream_with_context,
)
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from authapi import (
    create_app,
    current_identity,
    init_app,
    recent_login_required,
    token_optional,
    token_required,
)
from authapi.database import Database
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.support.claims import session_of


def name() -> str:
    """Say who is calling, which is asked outside of every decorator."""
    return current_identity.username


class Note(MethodView):
    """A view that is a class, guarded as a whole."""

    decorators: ClassVar = [token_required]

    def get(self) -> str:
        """Say who is calling."""
        return name()


class Notes(MethodView):
    """A view that is a class, one of whose methods is guarded."""

    @token_required
    def get(self) -> str:
        """Say who is calling."""
        return name()


@token_required
async def later() -> str:
    """Say who is calling, in a coroutine."""
    return name()


@recent_login_required()
async def later_and_lately() -> str:
    """Say who is calling, in a coroutine, after a login of late."""
    return name()


@token_required
def in_a_thread() -> str:
    """Say who is calling, as a thread of the request knows it."""
    said: list[str] = []
    thread = threading.Thread(target=copy_current_request_context(lambda: said.append(name())))
    thread.start()
    thread.join()
    return said[0]


@token_required
def afterwards() -> str:
    """Say who is calling when the view has ended."""

    @after_this_request
    def say(response: Response) -> Response:
        response.set_data(name())
        return response

    return "nobody"


@token_required
def streamed() -> Response:
    """Say who is calling while the answer is on its way."""
    return Response(stream_with_context(name() for _ in range(1)))


@token_required
def wrong() -> str:
    """Raise what a handler answers."""
    raise LookupError


def guard() -> None:
    """Let nobody pass without a token."""
    _known()


@token_required
async def guard_later() -> None:
    """Let nobody pass without a token, in a coroutine."""


@token_required
def _known() -> None:
    """Nothing more."""


def with_views(app: Flask) -> None:
    """Give `app` one view for each way."""
    inner, outer = Blueprint("inner", __name__), Blueprint("outer", __name__)
    inner.add_url_rule("/before", view_func=name)
    outer.before_request(guard)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    nested, around = Blueprint("nested", __name__), Blueprint("around", __name__)
    nested.add_url_rule("/before-nested", view_func=name)
    nested.before_request(guard_later)
    around.register_blueprint(nested)
    app.register_blueprint(around)
    app.register_error_handler(LookupError, lambda _error: name())
    app.add_url_rule("/class", view_func=Note.as_view("class"))
    app.add_url_rule("/method", view_func=Notes.as_view("method"))
    views: tuple[Callable[[], Any], ...] = (
        *(later, later_and_lately, in_a_thread, streamed, afterwards, wrong),
    )
    for view in views:
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    app.add_url_rule("/careless", view_func=name, endpoint="careless")
    app.add_url_rule("/optional", view_func=token_optional(whoever), endpoint="optional")


def whoever() -> ResponseReturnValue:
    """Say who is calling, if somebody says so."""
    return name() if current_identity else "nobody"


@pytest.fixture
def guarded(settings: Settings) -> Iterator[Flask]:
    """A service with these views."""
    app = create_app(settings)
    with_views(app)
    yield app
    services_of(app)[Database].close()


@pytest.fixture(params=["alone", "in a host"])
def either(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A service with these views, and an app with them that the service was added to."""
    if request.param == "alone":
        app = create_app(settings)
    else:
        app = Flask("host")
        init_app(app, settings=settings)
    with_views(app)
    yield app
    services_of(app)[Database].close()


def token(app: Flask, username: str) -> dict[str, str]:
    """Return the header of a user who has just logged in."""
    text = services_of(app)[TokenService].issue_access(session_of(username)).access_token
    return {"Authorization": f"Bearer {text}"}


WAYS = [
    "before", "before-nested", "class", "method", "later", "later_and_lately", "in_a_thread",
    "streamed", "afterwards", "wrong",
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_caller_is_known_whichever_way_a_view_is_guarded(either: Flask, way: str) -> None:
    """S36, S43: Without a token each answers a 401 with its challenge."""
    client = either.test_client()
    assert client.get(f"/{way}", headers=token(either, "Ann")).text == "Ann"
    refused = client.get(f"/{way}")
    assert (refused.status_code, refused.get_json()["code"]) == (401, "missing_token")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert client.get("/careless").status_code == 500


@pytest.mark.parametrize("way", WAYS)
def test_a_page_may_ask_first_whichever_way_a_view_is_guarded(either: Flask, way: str) -> None:
    """S71: Browsers send a preflight without a token; Flask answers it, and no view sees it."""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    answer = either.test_client().options(f"/{way}", headers=asked)
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.allow.as_set() == {"get", "head", "options"}


def test_a_views_own_answer_to_options_is_guarded(either: Flask) -> None:
    """S43: Around the view as well as in `before_request`."""
    whole = Blueprint("whole", __name__)
    whole.before_request(guard)
    whole.add_url_rule("/whole", view_func=name, methods=["OPTIONS"])
    either.register_blueprint(whole)
    either.add_url_rule("/single", "single", token_required(name), methods=["OPTIONS"])
    client = either.test_client()
    for path in ("/whole", "/single"):
        assert client.options(path).status_code == 401
        assert client.options(path, headers=token(either, "Ann")).text == "Ann"


def test_nobody_is_taken_for_the_caller_of_another_request(either: Flask) -> None:
    """S36: 32 threads with requests of several users get their own identity."""

    def ask(number: int) -> bool:
        client = either.test_client()
        for turn, way in enumerate(WAYS):
            user = f"User{number}x{turn}"
            if client.get(f"/{way}", headers=token(either, user)).text != user:
                return False
            if client.get("/careless").status_code != 500:
                return False
        return True

    with ThreadPoolExecutor(32) as threads:
        assert all(threads.map(ask, range(32)))


def test_an_apps_own_page_for_a_401_is_for_its_own_views(guarded: Flask) -> None:
    """The service's endpoints still answer JSON."""
    guarded.register_error_handler(401, lambda error: (f"<h1>{error.description}</h1>", 401))
    client = guarded.test_client()
    assert client.get("/class").text == "<h1>Missing Authorization header.</h1>"
    for path in ("/me", "/protected"):
        assert client.get(path).get_json()["code"] == "missing_token"


def test_a_token_may_be_optional(guarded: Flask) -> None:
    """S36: Without one there is no identity; an invalid one is refused."""
    client = guarded.test_client()
    assert client.get("/optional", headers=token(guarded, "Ann")).text == "Ann"
    assert client.get("/optional").text == "nobody"
    assert client.get("/optional", headers={"Authorization": "Basic YTpi"}).text == "nobody"
    assert client.get("/optional", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("path", ["/class", "/optional"])
def test_an_app_without_the_service_says_so(path: str) -> None:
    """The error says it in one sentence."""
    app = Flask(__name__)
    with_views(app)
    app.testing = True
    for headers in ({}, {"Authorization": "Bearer x"}):
        with pytest.raises(RuntimeError, match="this app has no service"):
            app.test_client().get(path, headers=headers)
