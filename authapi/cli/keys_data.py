"""`flask keys check` and `rewrap`: the data key, which the master secret wraps."""

import click
from flask.cli import with_appcontext

from authapi.cli.keys import keys
from authapi.cli.options import json_option
from authapi.cli.output import as_json
from authapi.factors.data_key import DataKey, DataKeyLost
from authapi.web.services import service

_NONE = "There is no data key yet: nobody has an authenticator app."


@keys.command("check")
@with_appcontext
@json_option
def check(json_wanted: bool) -> None:
    """Say whether the data key, which seals the secrets of authenticator apps, can be opened.

    Exit code 1 when it does not: JWT_SECRET was changed without JWT_SECRET_PREVIOUS.
    """
    found = service(DataKey).status()
    if json_wanted:
        as_json({"wrappings": [{"kid": kid, "opens": opens} for kid, opens in found.items()]})
    for kid, opens in found.items():
        click.echo(f"{kid}  {'opens' if opens else 'does not open'}", err=json_wanted)
    if not found:
        click.echo(_NONE, err=True)
    elif not any(found.values()):
        raise click.ClickException(
            "The data key does not open. Start with the former secret in JWT_SECRET_PREVIOUS."
        )


@keys.command("rewrap")
@with_appcontext
def rewrap() -> None:
    """Wrap the data key with JWT_SECRET alone, so that no former secret opens it any more.

    Run it once every server has the new secret, before JWT_SECRET_PREVIOUS is taken away.
    """
    try:
        found = service(DataKey).rewrap()
    except DataKeyLost:
        raise click.ClickException(
            "The data key does not open. Start with the former secret in JWT_SECRET_PREVIOUS."
        ) from None
    click.echo("JWT_SECRET alone opens the data key now." if found else _NONE, err=True)
