"""What `flask run` says before it serves."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click

_NAME = "localhost"
_GREETING = """\
authapi: a development server
  address:       {url}
{places}  database:      {database}
{examples}Stop with Ctrl+C; what was stored stays.
"""
_EXAMPLES = """\
Try it, in another terminal:
  curl -s {url}/register -H 'Content-Type: application/json' -d '{{"username": "user1", \
"password": "password123"}}'
  TOKEN=$(curl -s {url}/authenticate -H 'Content-Type: application/json' -d '{{"username": \
"user1", "password": "password123"}}' | python3 -c 'import json, sys; print(json.load(sys.stdin)\
["access_token"])')
  curl -s {url}/protected -H "Authorization: Bearer $TOKEN"
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where `flask run` serves.

    Attributes:
        host: as given by `--host`.
        port: the TCP port.
        https: whether it was given a certificate.
        prefix: where in the app the service is.
    """

    host: str
    port: int
    https: bool = False
    prefix: str = ""

    @property
    def url(self) -> str:
        """The address to type; passkeys need a name, so `127.0.0.1` becomes `localhost`."""
        if self.host.startswith("unix://"):
            return self.host
        scheme = "https" if self.https else "http"
        return f"{scheme}://{self._typed_host}:{self.port}{self.prefix}"

    @property
    def can_be_tried(self) -> bool:
        """Whether plain `curl` reaches it from this machine: by HTTP, at an address of its own."""
        return not self.https and (self.host == _NAME or _ip(self.host) is not None)

    @property
    def _typed_host(self) -> str:
        ip = _ip(self.host)
        if ip is None:
            return self.host
        if ip.is_unspecified or (ip.version == 4 and ip.is_loopback):
            return _NAME
        return f"[{self.host}]" if ip.version == 6 else self.host


def served_address(prefix: str = "") -> Address | None:
    """Return the address that `flask run` is about to serve, or None when it is not running."""
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run":
        return None
    if context.params.get("reload") and os.environ.get("WERKZEUG_RUN_MAIN") != "true":
        return None  # the reloader's parent serves nothing
    given = context.params
    return Address(given["host"], given["port"], bool(given.get("cert")), prefix)


def start_database_and_announce(
    address: Address,
    database: str,
    prepare: Callable[[], None],
    places: Mapping[str, str],
    *,
    examples: bool,
) -> None:
    """Start the database, then say where everything is.

    Args:
        address: where the server is.
        database: what the database is, in words.
        prepare: starts it.
        places: what else there is to see: its path by its name.
        examples: whether the example user may register, and `/protected` is there.
    """
    click.echo(f"authapi: starting the database ({database}) …", err=True)
    try:
        prepare()
    except Exception as error:
        database, examples = f"NOT THERE: {error}", False
    click.echo(greeting(address, database, places, examples=examples), err=True)


def greeting(address: Address, database: str, places: Mapping[str, str], *, examples: bool) -> str:
    """Return what is said: the lines to try only where they work."""
    tried = examples and address.can_be_tried
    return _GREETING.format(
        url=address.url,
        database=database,
        places="".join(f"  {name + ':':14} {address.url}{path}\n" for name, path in places.items()),
        examples=_EXAMPLES.format(url=address.url) if tried else "",
    )


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
