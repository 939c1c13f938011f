"""Flask with one route, which answers the JSON that `/protected` does."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider


def bare(name: str) -> Flask:
    """Return an application that answers compact JSON, as the service does."""
    app = Flask(name, static_folder=None)
    provider = DefaultJSONProvider(app)
    provider.compact = True
    provider.sort_keys = False
    app.json = provider
    return app


app = bare(__name__)


@app.get("/healthz")
def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.get("/protected")
def hello() -> dict[str, str]:
    """Greet."""
    return {"status": "ok", "message": "Hello, user0000001!"}
