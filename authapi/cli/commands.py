"""Puts the commands on the app: `flask users …`, `sessions …`, `audit …`, `mail …` and so on."""

import click
from flask import Flask

from authapi.cli import (
    keys_data,
    users_adopt,
    users_email,
    users_import,
    users_recover,
    users_roles,
)
from authapi.cli.audit import audit
from authapi.cli.db import db
from authapi.cli.keys import keys
from authapi.cli.mail import mail
from authapi.cli.sessions import sessions
from authapi.cli.users import users

users.add_command(users_adopt.adopt)
users.add_command(users_import.import_users)
users.add_command(users_recover.recovery_link)
users.add_command(users_email.set_email)
users.add_command(users_email.verify_email)
users.add_command(users_roles.roles)
users.add_command(users_recover.reset_factors)
keys.add_command(keys_data.check)
keys.add_command(keys_data.rewrap)
GROUPS = (users, sessions, audit, mail, keys, db)
NAME = "authapi"


def init_app(app: Flask) -> None:
    """Give `app` its commands."""
    for group in GROUPS:
        app.cli.add_command(group)
    app.cli.commands.pop("openapi", None)  # flask-smorest's own; it wants PyYAML


def init_host(app: Flask) -> None:
    """Give an app that the service is mounted in the same commands, as `flask authapi users …`.

    Raises:
        ValueError: when it has a command of that name.
    """
    if NAME in app.cli.commands:
        raise ValueError(f"{app.name} has a command {NAME!r} already")
    app.cli.add_command(click.Group(NAME, GROUPS, help="Look after the accounts."))
