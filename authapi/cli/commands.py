"""Puts the commands on the app: `flask db …`."""

from flask import Flask

from authapi.cli.db import db
from authapi.cli.keys import keys


def init_app(app: Flask) -> None:
    """Give `app` its commands."""
    app.cli.add_command(db)
    app.cli.add_command(keys)
    app.cli.commands.pop("openapi", None)  # flask-smorest's own; it wants PyYAML
