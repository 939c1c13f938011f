"""`flask keys`: the asymmetric keys that sign access tokens.

The first key is made by `flask keys new --out keys.json`. With `JWT_KEYS` naming a file, the file
is rewritten; else the new value is printed. Every server has to be restarted in between, so that
all know a key before one signs with it:

    flask keys new → restart → (5 minutes) → flask keys rotate → restart
    → (15 minutes) → flask keys retire KID
"""

import json
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from authapi.cli.group import PlainGroup
from authapi.cli.output import as_json
from authapi.core.durable_files import write_durably
from authapi.tokens import jwks
from authapi.tokens.jwks import Jwk, KeySetError


@click.group(cls=PlainGroup)
def keys() -> None:
    """Make, rotate and retire the keys that sign access tokens."""


@keys.command("new")
@click.option("--alg", type=click.Choice(jwks.ALGORITHMS), default=jwks.EDDSA, show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a new file, for you alone.",
)
def new(alg: str, out: Path | None) -> None:
    """Add a key that verifies; `flask keys rotate` lets it sign."""
    if out is not None and out.exists():
        raise click.ClickException(
            f"{out} exists; `JWT_KEYS={out} flask keys new` adds a key to it."
        )
    kid = f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(2)}"
    _write([*_read(missing_is_empty=True), jwks.generate(alg, kid)], out)
    click.echo(f"added {kid} ({alg})", err=True)


@keys.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="Print the public halves as a JWK Set.")
def show(json_wanted: bool) -> None:
    """List the keys, the one that signs first."""
    found = _read()
    if json_wanted:
        as_json({"keys": [jwks.public(key) for key in found]})
        return
    for number, key in enumerate(found):
        click.echo(f"{key['kid']}  {key['alg']}  {'verifies' if number else 'signs'}")


@keys.command("rotate")
def rotate() -> None:
    """Let the newest key sign; the others go on verifying."""
    turned = _checked(lambda: jwks.rotate(_read()))
    _write(turned)
    click.echo(f"{turned[0]['kid']} signs now", err=True)


@keys.command("retire")
@click.argument("kid")
def retire(kid: str) -> None:
    """Remove a key; what it signed is refused from then on."""
    _write(_checked(lambda: jwks.retire(_read(), kid)))
    click.echo(f"{kid} is gone", err=True)


def _read(*, missing_is_empty: bool = False) -> list[Jwk]:
    value, path = _value(), _path()
    if path is None and not value:
        if missing_is_empty:
            return []
        raise click.ClickException("JWT_KEYS is not set; begin with `flask keys new --out FILE`.")
    try:
        return jwks.parse(path.read_text("utf-8-sig") if path is not None else value)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}.") from None
    except KeySetError as problem:
        raise click.ClickException(f"JWT_KEYS {problem}.") from None


def _write(found: list[Jwk], out: Path | None = None) -> None:
    text = json.dumps({"keys": found})
    path = out or _path()
    if path is None:
        click.echo(text)
        return
    try:
        write_durably(path, text + "\n")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None


def _value() -> str:
    return os.environ.get("JWT_KEYS", "").strip()


def _path() -> Path | None:
    value = os.environ.get("JWT_KEYS_FILE", "").strip() or _value()
    return Path(value).expanduser() if value and not value.startswith("{") else None


def _checked(change: Callable[[], list[Jwk]]) -> list[Jwk]:
    try:
        return change()
    except KeySetError as problem:
        raise click.ClickException(f"JWT_KEYS {problem}.") from None
