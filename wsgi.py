"""The WSGI application: `flask run`, or any WSGI server with `wsgi:app`."""

from flask.cli import NoAppException

from authapi import SettingsError, create_app

try:
    app = create_app()
except NoAppException:
    raise  # the `flask` command prints it plainly
except SettingsError as problem:
    raise SystemExit(str(problem)) from None
