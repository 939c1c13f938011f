"""The command `authapi`, from any folder; `python -m authapi` is the same.

It is the `flask` command for the service itself. Settings come from the environment and from
`.env`, in this folder or one above it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from dotenv import find_dotenv
from flask.cli import FlaskGroup, ScriptInfo

from authapi.app import create_app
from authapi.cli.commands import GROUPS
from authapi.core.env_file import load_env_file
from authapi.core.environment import DEVELOPMENT, SettingsError
from authapi.version import __version__

if TYPE_CHECKING:
    from flask import Flask

_PORT = 8000


def _service() -> Flask:
    """Make the service, or load the app that `--app` names.

    `authapi run` makes a development server unless the environment says otherwise.

    Raises:
        NoAppException: naming every problem; the command prints it.
    """
    context = click.get_current_context()
    if context.info_name == "run" and not os.environ.get("AUTHAPI_ENV"):
        os.environ["AUTHAPI_ENV"] = DEVELOPMENT
    named = context.ensure_object(ScriptInfo).app_import_path
    return ScriptInfo(app_import_path=named).load_app() if named else create_app()


class _Commands(FlaskGroup):
    """The commands of `flask`, those of the service, and `serve`; none reads `.flaskenv`."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:  # noqa: ANN401 - click's
        """Read `.env` first; a variable that is set in the environment wins."""
        try:
            load_env_file(Path(find_dotenv(usecwd=True) or ".env"))
        except SettingsError as problem:
            raise click.UsageError(str(problem)) from None
        return super().make_context(*args, **kwargs)


@click.group(
    cls=_Commands,
    create_app=_service,
    add_version_option=False,
    load_dotenv=False,
    context_settings={"default_map": {"run": {"port": _PORT}}},
    help="Accounts and JWTs as a small service: run it, serve it, look after its users.",
)
@click.version_option(__version__, prog_name="authapi")
def main() -> None:
    """Run one of the commands."""


@main.command(with_appcontext=False)
def serve() -> None:
    """Serve in production. docs/deployment.md lists what the environment may set."""
    try:
        from authapi.server import main as server
    except ModuleNotFoundError as missing:
        if not str(missing.name).startswith("granian"):
            raise
        raise click.ClickException(
            "The production server is not installed: pip install 'authapi-flask[serve]'"
        ) from None
    server.main(_service)


for group in GROUPS:
    main.add_command(group)

if __name__ == "__main__":
    main(prog_name="authapi")
