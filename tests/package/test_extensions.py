"""`@token_required` with other Flask extensions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.package.conftest import Newcomer

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]
APPS = """
import json
import sys
from pathlib import Path

from flask import Flask

from authapi import create_app, current_identity, init_app, recent_login_required, testing
from authapi import token_required

settings = testing.settings_in(Path(sys.argv[1]))
clock = testing.MovedClock()


def alone():
    return create_app(settings, clock)


def in_a_host():
    host = Flask("host")
    init_app(host, settings=settings, clock=clock)
    return host
"""
RESOURCES = (
    APPS
    + """
import flask_restful
import flask_restx


def with_resources(app, library):
    class Notes(library.Resource):
        method_decorators = [token_required]

        def get(self):
            return {"name": current_identity.username}

        @token_required(roles="admin")
        def put(self):
            return {}

        @recent_login_required(minutes=5)
        def post(self):
            return {}

    library.Api(app).add_resource(Notes, "/notes")
    return app


def told(answer):
    challenge = answer.headers["WWW-Authenticate"].partition(",")[0]
    return [answer.status_code, answer.json["code"], challenge]


for library in (flask_restful, flask_restx):
    for app in (with_resources(alone(), library), with_resources(in_a_host(), library)):
        ann = testing.client_of(app, "Ann")
        answers = {"nobody": told(app.test_client().get("/notes")), "name": ann.get("/notes").json}
        answers["put"] = told(ann.put("/notes"))
        clock.move(minutes=6)
        answers["post"] = told(ann.post("/notes"))
        clock.reset()
        print(json.dumps(answers))
        testing.close(app)
"""
)
GREENLETS = (
    APPS
    + """
import gevent
from gevent.pool import Pool

app = in_a_host()


@app.get("/slow")
@token_required
def slow():
    before = current_identity.username
    gevent.sleep(0.001)
    return f"{before} {current_identity.username}"


@app.get("/careless")
def careless():
    try:
        return current_identity.username
    except RuntimeError:
        return "nobody"


def ask(number):
    client = testing.client_of(app, f"user{number}")
    return all(
        client.get("/slow").text == f"user{number} user{number}"
        and client.get("/careless").text == "nobody"
        for _ in range(5)
    )


print(json.dumps(all(Pool(32).map(ask, range(32)))))
testing.close(app)
"""
)

STALE = "insufficient_user_authentication"


@pytest.fixture(scope="module")
def builder(newcomer: Newcomer) -> Newcomer:
    """An environment with other Flask extensions."""
    newcomer.install("flask-restful", "flask-restx", "gevent")
    return newcomer


def printed_by(builder: Newcomer, code: str) -> list[Any]:
    """Return what a program of theirs prints, line by line."""
    done = builder.run("python", "-c", code, str(builder.folder / "instance"))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_resources_refuse_with_the_code_and_the_challenge(builder: Newcomer) -> None:
    """S43: This holds for Flask-RESTful and Flask-RESTX."""
    for answers in printed_by(builder, RESOURCES):
        assert answers == {
            "nobody": [401, "missing_token", "Bearer"],
            "name": {"name": "Ann"},
            "put": [403, "forbidden", 'Bearer error="insufficient_scope"'],
            "post": [401, STALE, f'Bearer error="{STALE}"'],
        }


def test_greenlets_do_not_mix_up_their_callers(builder: Newcomer) -> None:
    """S36: 32 concurrent greenlets see their own identity."""
    assert printed_by(builder, GREENLETS) == [True]
