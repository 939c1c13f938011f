"""Prints addresses and examples before `flask run` serves."""

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click
from flask.helpers import get_debug_flag

_NAME = "localhost"
_GREETING = """\
authapi: a development server
  address:       {url}
{places}  database:      {database}
{examples}Stop with Ctrl+C; what was stored stays.
"""
_BEYOND_REASON = re.compile(r" \(configured timeouts|, Timeout: |, full error: ")
"""The start of the part of PyMongo's messages that is about its own state, and long."""
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
        https: whether it has a certificate.
        prefix: the path of the service in an app.
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
        """Whether `curl` reaches it from this machine without options: by HTTP."""
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
    """Return the address that `flask run` is about to serve; None if there is none yet."""
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run":
        return None
    given = context.params
    reloads = given.get("reload")
    if reloads is None:
        reloads = get_debug_flag()  # as Flask decides
    if reloads and os.environ.get("WERKZEUG_RUN_MAIN") != "true":
        return None  # the reloader's parent serves nothing
    if given["port"] == 0:
        return None  # the system chooses a port later
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
        places: further pages: path by name.
        examples: whether the example commands work: registration is open, `/protected` is there.

    Raises:
        click.ClickException: when no server can listen there.
    """
    _try_to_listen(address)
    click.echo(f"authapi: starting the database ({database}) …", err=True)
    try:
        prepare()
    except Exception as error:
        database, examples = f"NOT THERE: {_BEYOND_REASON.split(str(error))[0]}", False
    click.echo(greeting(address, database, places, examples=examples), err=True)


def _try_to_listen(address: Address) -> None:
    """Listen for a moment as werkzeug will, so that only a working address is printed."""
    host, port = address.host, address.port
    if host.startswith("unix://") or "WERKZEUG_SERVER_FD" in os.environ:
        return  # a socket file, or the reloader, which listens already
    try:
        if not 0 < port < 2**16:
            raise OSError(0, "there is no such port")
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        message = f"cannot serve on {host}, port {port}: {error.strerror}"
        raise click.ClickException(f"{message}. For another port, set FLASK_RUN_PORT.") from None


def greeting(address: Address, database: str, places: Mapping[str, str], *, examples: bool) -> str:
    """Return the text to print."""
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
