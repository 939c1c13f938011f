"""An app's own views in `/openapi.json`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from openapi_spec_validator import OpenAPIV31SpecValidator

from authapi import create_app
from authapi.settings import Settings
from tests.support.apps import end


class NoteSchema(Schema):
    """A note."""

    text = fields.String(required=True)


notes = Blueprint("notes", __name__, description="Notes", url_prefix="/notes")
drafts = Blueprint("drafts", __name__, description="Drafts", url_prefix="/drafts")


@notes.route("/<int:number>", methods=["GET"])
@notes.response(200, NoteSchema)
@notes.doc(security=[{"bearerAuth": []}])
def read(number: int) -> dict[str, str]:
    """Read a note."""
    return {"text": str(number)}


@drafts.route("/", methods=["POST"])
@drafts.arguments(NoteSchema)
@drafts.response(201, NoteSchema)
def write(body: dict[str, str]) -> dict[str, str]:
    """Write a draft."""
    return body


notes.register_blueprint(drafts)


@pytest.fixture
def own(settings: Settings) -> Iterator[Flask]:
    """A service with views of its own, some of which are described."""
    app = create_app(settings)
    app.register_blueprint(notes)
    app.add_url_rule("/bare", view_func=lambda: "bare", endpoint="bare")
    yield app
    end(app)


def test_what_is_described_is_there(own: Flask) -> None:
    """Views of flask-smorest are included, others are not."""
    client = own.test_client()
    document = client.get("/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    read = document["paths"]["/notes/{number}"]["get"]
    assert read["summary"] == "Read a note."
    assert read["security"] == [{"bearerAuth": []}]
    written = document["paths"]["/notes/drafts/"]["post"]["responses"]["201"]
    assert written["content"]["application/json"]["schema"]["$ref"].endswith("/Note")
    assert {"name": "notes", "description": "Notes"} in document["tags"]
    assert "/authenticate" in document["paths"]
    assert "/bare" not in document["paths"]
    assert client.get("/openapi.json").get_json() == document


def test_they_answer_as_they_say(own: Flask) -> None:
    """They use the same form of errors."""
    client = own.test_client()
    assert client.post("/notes/drafts/", json={"text": "milk"}).status_code == 201
    assert client.post("/notes/drafts/", json={}).get_json()["code"] == "validation_error"
