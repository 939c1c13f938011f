"""nginx and Caddy with the project's own configuration files, on free loopback ports.

A file is used as it is, but for what its own head tells an operator to change, for the ports, and
for the folders that belong to the system.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.deploy.certificates import Certificate
from tests.support.servers import ROOT, free_port, stop
from tests.support.tools import program
from tests.support.waiting import DEADLINE, until

KINDS = ("nginx", "caddy")
_DEPLOY = ROOT / "deploy"


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its two addresses, and the certificate that it shows."""

    https: str
    http: str
    certificate: Certificate


@contextmanager
def running(kind: str, upstream: int, folder: Path, certificate: Certificate) -> Iterator[Proxy]:
    """Run a proxy in front of the port `upstream` until the block ends."""
    ports = (free_port(), free_port())
    prepare = {"nginx": _nginx, "caddy": _caddy}[kind]
    command = prepare(ports, upstream, folder, certificate)
    with _started(kind, command, ports, folder, certificate) as proxy:
        yield proxy


@contextmanager
def protecting(
    kind: str, app: int, upstream: int, ask: str, folder: Path, certificate: Certificate
) -> Iterator[Proxy]:
    """Run a proxy in front of an app, which asks the service about each request.

    Args:
        kind: which proxy.
        app: the app's port.
        upstream: the service's port.
        ask: what the service is asked, such as `/verify`.
        folder: for its files.
        certificate: which it shows.
    """
    ports = (free_port(), free_port())
    prepare = {"nginx": _protecting_nginx, "caddy": _protecting_caddy}[kind]
    command = prepare(ports, app, upstream, ask, folder, certificate)
    with _started(kind, command, ports, folder, certificate) as proxy:
        yield proxy


@contextmanager
def _started(
    kind: str, command: list[str], ports: tuple[int, int], folder: Path, certificate: Certificate
) -> Iterator[Proxy]:
    proxy = Proxy(f"https://localhost:{ports[0]}", f"http://localhost:{ports[1]}", certificate)
    log = folder / "proxy.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "HOME": str(folder)},
        )
        try:
            until(lambda: _up(proxy, process, log), what=f"{kind} answers")
            yield proxy
        finally:
            stop(process)


def _up(proxy: Proxy, process: subprocess.Popen[str], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        requests.get(proxy.https, verify=str(proxy.certificate.chain), timeout=DEADLINE)
    except requests.ConnectionError:
        return False
    return True


def _nginx(
    ports: tuple[int, int], upstream: int, folder: Path, certificate: Certificate
) -> list[str]:
    https, http = ports
    (folder / "authapi.conf").write_text(
        patient(
            _DEPLOY / "nginx" / "authapi.conf",
            {
                "    listen [::]:443 ssl http2;\n": "",
                "    listen [::]:80;\n": "",
                "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
                "listen 80;": f"listen 127.0.0.1:{http};",
                "https://auth.example$request_uri": f"https://localhost:{https}$request_uri",
                "auth.example;": "localhost;",
                "/etc/letsencrypt/live/auth.example/fullchain.pem": str(certificate.chain),
                "/etc/letsencrypt/live/auth.example/privkey.pem": str(certificate.key),
                "/etc/nginx/snippets": str(_DEPLOY / "nginx"),
                "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            },
        )
    )
    return _nginx_command(folder)


def _protecting_nginx(
    ports: tuple[int, int],
    app: int,
    upstream: int,
    ask: str,
    folder: Path,
    certificate: Certificate,
) -> list[str]:
    live = "/etc/letsencrypt/live/app.example"
    (folder / "authapi.conf").write_text(
        patient(
            _DEPLOY / "nginx" / "protected-app.conf",
            {
                "    listen [::]:443 ssl http2;\n": "",
                "listen 443 ssl": f"listen 127.0.0.1:{ports[0]} ssl",
                "server_name app.example;": "server_name localhost;",
                f"{live}/fullchain.pem": str(certificate.chain),
                f"{live}/privkey.pem": str(certificate.key),
                "127.0.0.1:8000": f"127.0.0.1:{upstream}",
                "127.0.0.1:9000": f"127.0.0.1:{app}",
                "$authapi_ask /verify;": f"$authapi_ask {ask};",
            },
        )
    )
    return _nginx_command(folder)


def _nginx_command(folder: Path) -> list[str]:
    """Return what starts nginx with the file `authapi.conf` of a folder."""
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder is ours alone
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/authapi.conf;\n}}\n"
    )
    return [program("nginx"), "-p", str(folder), "-c", str(main), "-e", "stderr"]


def _caddy(
    ports: tuple[int, int], upstream: int, folder: Path, certificate: Certificate
) -> list[str]:
    options = _caddy_options(ports, folder)
    https = ports[0]
    site = patient(
        _DEPLOY / "caddy" / "Caddyfile",
        {
            "\n{\n": f"\n{options}",
            "https://auth.example{uri}": f"https://localhost:{https}{{uri}}",
            "http://auth.example": "http://localhost",
            "\nauth.example {": f"\nlocalhost {{\n\ttls {certificate.chain} {certificate.key}",
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        },
    )
    return _caddy_command(folder, site)


def _protecting_caddy(
    ports: tuple[int, int],
    app: int,
    upstream: int,
    ask: str,
    folder: Path,
    certificate: Certificate,
) -> list[str]:
    site = patient(
        _DEPLOY / "caddy" / "protected-app" / "Caddyfile",
        {
            "\napp.example {": f"\nlocalhost {{\n\ttls {certificate.chain} {certificate.key}",
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "127.0.0.1:9000": f"127.0.0.1:{app}",
            "uri /verify\n": f"uri {ask}\n",
        },
    )
    return _caddy_command(folder, f"{_caddy_options(ports, folder)}}}\n{site}")


def _caddy_options(ports: tuple[int, int], folder: Path) -> str:
    https, http = ports
    return f"""{{
	admin off
	https_port {https}
	http_port {http}
	default_bind 127.0.0.1
	storage file_system {folder}
"""


def _caddy_command(folder: Path, site: str) -> list[str]:
    """Return what starts Caddy with a configuration."""
    main = folder / "Caddyfile"
    main.write_text(site)
    return [program("caddy"), "run", "--config", str(main), "--adapter", "caddyfile"]


def patient(file: Path, changes: Mapping[str, str]) -> str:
    """Return a configuration with all its timeouts ten times as long.

    On a busy machine a request takes as long as a hanging one elsewhere.
    """
    return re.sub(r"\b(\d+)s\b", r"\g<1>0s", changed(file, changes))


def changed(file: Path, changes: Mapping[str, str]) -> str:
    """Return the file's text with each key replaced; every key has to be there."""
    text = file.read_text()
    for old, new in changes.items():
        assert old in text, f"{file.name} has no {old!r}"
        text = text.replace(old, new)
    return text
