"""What the commands have in common: their groups, and how they fail."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from authapi.administration.errors import CommandError
from authapi.cli.output import printable
from authapi.core.errors import ApiError
from authapi.database import FAILURES, explain
from authapi.database.dumps import DumpError
from authapi.web import logs
from authapi.web.services import has_services, serving


class PlainGroup(click.Group):
    """A group of commands; what they raise becomes one line and exit code 1.

    At a terminal the log says only what is wrong: a line of JSON for each event is for whoever
    collects them.
    """

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command that was asked for."""
        _open_closed_streams()
        if sys.stderr.isatty():
            logs.only_warnings()
        try:
            return super().invoke(ctx)
        except FAILURES as failure:
            raise click.ClickException(explain(failure)) from None
        except ApiError as error:
            raise click.ClickException(_in_one_line(error)) from None
        except (CommandError, DumpError) as why:
            raise click.ClickException(printable(str(why))) from None
        except UnicodeEncodeError:
            raise click.ClickException("What was typed is not UTF-8.") from None
        except UnicodeDecodeError:
            raise click.ClickException("The file is not UTF-8.") from None
        except BrokenPipeError:
            raise  # the reader of a pipe closed it: click ends quietly
        except OSError as error:
            raise click.ClickException(_of_the_system(error)) from None


class CommandGroup(PlainGroup, AppGroup):
    """A group of commands within the service."""

    def command(  # type: ignore[override]
        self,
        *args: Any,  # noqa: ANN401 - click's own signature
        **kwargs: Any,  # noqa: ANN401
    ) -> Callable[[Callable[..., Any]], click.Command]:
        """Register a command that runs in the app that the service is, mounted or not."""
        register = super().command(*args, **kwargs)
        return lambda command: register(_in_the_service(command))


def _open_closed_streams() -> None:
    """Open the null device for each standard stream that the process was started without."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - until the end


def _in_the_service(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the command's own
        if not has_services(current_app):
            raise click.ClickException(
                f"The app {current_app.name!r} has no authapi: --app (or FLASK_APP) must name one"
                " that create_app() made, or that was given to init_app()."
            )
        click.get_current_context().with_resource(serving(current_app).app_context())
        return command(*args, **kwargs)

    return run


def _of_the_system(error: OSError) -> str:
    said = error.strerror or type(error).__name__
    return f"{printable(str(error.filename))}: {said}" if error.filename else said


def _in_one_line(error: ApiError) -> str:
    if error.errors is None:
        return error.message
    return " ".join(message for messages in error.errors.values() for message in messages)
