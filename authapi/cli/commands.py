"""Puts the commands on the app: `flask users …`, `sessions …`, `audit …`, `mail …` and so on."""

from flask import Flask

from authapi.cli import users_adopt, users_email, users_import, users_recover, users_roles
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
GROUPS = (users, sessions, audit, mail, keys, db)


def init_app(app: Flask) -> None:
    """Give `app` its commands."""
    for group in GROUPS:
        app.cli.add_command(group)
    app.cli.commands.pop("openapi", None)  # flask-smorest's own; it wants PyYAML
