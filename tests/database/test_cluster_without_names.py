"""A `mongodb+srv` address that the DNS does not know."""

from dataclasses import replace

from authapi import create_app
from authapi.core.secrets import Secret
from authapi.settings import Settings


def test_it_is_said_that_the_dns_does_not_know_it(settings: Settings) -> None:
    """S77: The message says so without the address, which `/readyz` would publish."""
    uri = Secret("mongodb+srv://ann:secret@nowhere.invalid/accounts")
    app = create_app(replace(settings, mongo_uri=uri))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "the DNS does not say which servers" in answer.json["checks"]["database"]
    assert "nowhere" not in answer.text
    assert "secret" not in answer.text
