"""The WSGI application: `flask run`, or any WSGI server with `wsgi:app`."""

import os

from flask.cli import NoAppException

from authapi import SettingsError, create_app

try:
    app = create_app()
except SettingsError as problem:
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        raise NoAppException(str(problem)) from None  # the `flask` command prints it plainly
    raise SystemExit(str(problem)) from None
