r"""The service on Modal.

Once: an account (`modal setup`), a MongoDB server that Modal can reach, and the secrets:

    modal secret create authapi \
        JWT_SECRET="$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')" \
        MONGO_URI='mongodb+srv://user:password@cluster.example.mongodb.net/authapi'

Every other variable of docs/configuration.md may stand in the same secret, except for those that
are set below. Then:

    modal serve modal_deploy.py     try it; it ends with Ctrl+C, and changed files are taken at once
    modal deploy modal_deploy.py    leave it there; prints the address

`modal run` is for jobs and serves nothing. Where it runs and how far it grows is asked of the
environment of these commands: `DEPLOY_REGION=eu-west DEPLOY_MAX_CONTAINERS=50 modal deploy …`;
`OPTIONS` below lists the variables, docs/deployment.md says what they are for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import modal

if TYPE_CHECKING:
    from flask import Flask

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

# What is uploaded is listed, so that no `.env`, key or data folder can come along by accident.
# Paths count from the package's folder.
UPLOADED = modal.FilePatternMatcher(
    "**/*.py",
    "passwords/common_passwords.*",
    "mail/templates/**/*.txt",
    "mail/templates/**/*.html",
    "mail/pages/*",
    "reference/templates/*.html",
    "reference/static/*.js",
)

image = (
    modal.Image.debian_slim(python_version="3.13")
    .uv_pip_install(requirements=[str(REQUIREMENTS)], extra_options="--require-hashes")
    .add_local_python_source("authapi", ignore=~UPLOADED)
)
secret = modal.Secret.from_name("authapi", required_keys=["JWT_SECRET", "MONGO_URI"])


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _regions(text: str) -> list[str]:
    regions = [region.strip() for region in text.split(",")]
    if not all(re.fullmatch(r"[a-z]{2}(-[a-z0-9]+)*", region) for region in regions):
        raise ValueError("must be regions of Modal's, such as eu-west, separated by commas")
    return regions


def _proxy(text: str) -> modal.Proxy:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise ValueError("must be the name of a proxy made in Modal's dashboard")
    return modal.Proxy.from_name(text)


OPTIONS: Mapping[str, tuple[str, Callable[[str], Any], Any]] = {
    "DEPLOY_REGION": ("region", _regions, None),
    "DEPLOY_PROXY": ("proxy", _proxy, None),
    "DEPLOY_MIN_CONTAINERS": ("min_containers", _number(0, 1000), 0),
    "DEPLOY_MAX_CONTAINERS": ("max_containers", _number(1, 1000), 20),
    "DEPLOY_BUFFER_CONTAINERS": ("buffer_containers", _number(0, 1000), 0),
    "DEPLOY_SCALEDOWN_SECONDS": ("scaledown_window", _number(2, 3600), 300),
}
"""Each variable with the function's argument that it sets, how it is read, and the default."""


def options(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the function's arguments from the environment of the `modal` command.

    Raises:
        SystemExit: naming every problem at once.
    """
    found: dict[str, Any] = {}
    problems: list[str] = []
    for variable, (argument, read, default) in OPTIONS.items():
        found[argument] = default
        try:
            if text := environ.get(variable, "").strip():
                found[argument] = read(text)
        except ValueError as problem:
            problems.append(f"{variable} {problem}")
    if not problems and found["min_containers"] > found["max_containers"]:
        problems.append("DEPLOY_MIN_CONTAINERS must not be more than DEPLOY_MAX_CONTAINERS")
    if problems:
        raise SystemExit("\n".join(["This cannot be deployed:", *(f"  - {p}" for p in problems)]))
    return found


app = modal.App("authapi")


@app.function(
    image=image,
    secrets=[secret],
    # A container sees all cores of its host: without this as many password hashes would run at
    # once, far beyond the memory asked for. Two of 19 MiB fit easily.
    env={"PASSWORD_HASH_SLOTS": "2"},
    cpu=1.0,
    memory=512,
    timeout=120,  # seconds; after 150 Modal answers by a redirect, which no page can follow
    **options({} if os.environ.get("MODAL_IS_REMOTE") else os.environ),
)
# One thread per request in flight. 98 of them may be logins (2 that hash, 96 that wait, the rest
# is told to come again), so that 14 are always left for everything that is quick.
@modal.concurrent(max_inputs=112)
@modal.wsgi_app()
def flask_app() -> Flask:
    """Make the service, once per container."""
    from authapi import create_app

    return create_app()
