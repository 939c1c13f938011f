"""The production server of this checkout: `make serve`, or `python serve.py`."""

import sys

from flask import Flask

from authapi.server.main import USAGE, main

_HELP = f"Usage: python serve.py\n\nServes wsgi:app in production. {USAGE}"


def loaded() -> Flask:
    """Return the service, with what wsgi.py may add to it."""
    from wsgi import app

    return app


if __name__ == "__main__":
    if sys.argv[1:] == ["--help"]:
        sys.stdout.write(_HELP)
    elif sys.argv[1:]:
        sys.stderr.write(f"serve.py takes no arguments but --help.\n\n{_HELP}")
        sys.exit(2)
    else:
        main(loaded)
