"""The examples of claims and signals in `docs/embedding.md` work as written."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from flask import Flask

import authapi
from authapi import create_app
from authapi.database import Database
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import PASSWORD, fresh_name
from tests.support.forging import payload_of
from tests.support.servers import ROOT

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "embedding.md").read_text(), re.DOTALL)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An app of somebody's own."""
    app = create_app(settings)
    yield app
    services_of(app)[Database].close()


def test_the_claims_and_the_signal_work(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """The two code blocks are run."""
    claims, signal = (block for block in BLOCKS if "@authapi." in block)
    names = {"app": app, "authapi": authapi, "tenant_of": defaultdict(lambda: "acme")}
    exec(claims, names)
    exec(signal, names)
    client = app.test_client()
    user = {"username": fresh_name(), "password": PASSWORD}
    assert client.post("/register", json=user).status_code == 200
    tokens = client.post("/authenticate", json=user).get_json()
    assert payload_of(tokens["access_token"])["tenant"] == "acme"
    with caplog.at_level(logging.WARNING):
        client.post("/authenticate", json={**user, "password": "wrong password"})
    assert "failed from 127.0.0.1" in caplog.text
