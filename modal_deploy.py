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
`Options` below lists the variables, docs/deployment.md says what they are for.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import modal

from authapi.core.environment import near_misses, parse, variable
from authapi.core.parsers import choice, integer

if TYPE_CHECKING:
    from flask import Flask

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

# What is uploaded is listed, so that no `.env`, key or data folder can come along by accident.
# Paths count from the package's folder.
UPLOADED = modal.FilePatternMatcher(
    "**/*.py",
    "py.typed",
    "passwords/common_passwords.*",
    "home/templates/*.html",
    "home/static/*.css",
    "mail/templates/**/*.txt",
    "mail/templates/**/*.html",
    "mail/pages/*",
    "pages/static/*",
    "pages/templates/**/*.html",
    "pages/texts/*.toml",
    "reference/templates/*.html",
    "reference/static/*.css",
    "reference/static/*.js",
)

image = (
    modal.Image.debian_slim(python_version="3.13")
    .uv_pip_install(requirements=[str(REQUIREMENTS)], extra_options="--require-hashes")
    .add_local_python_source("authapi", ignore=~UPLOADED)
)
secret = modal.Secret.from_name("authapi", required_keys=["JWT_SECRET", "MONGO_URI"])


def _regions(text: str) -> list[str]:
    regions = [region.strip() for region in text.split(",")]
    if not all(re.fullmatch(r"[a-z]{2}(-[a-z0-9]+)*", region) for region in regions):
        raise ValueError("must be regions of Modal's, such as eu-west, separated by commas")
    return regions


def _proxy(text: str) -> modal.Proxy:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise ValueError("must be the name of a proxy made in Modal's dashboard")
    return modal.Proxy.from_name(text)


@dataclass(frozen=True)
class Options:
    """Arguments of the functions that the environment of the `modal` command may set."""

    region: list[str] | None = variable("DEPLOY_REGION", None, _regions)
    proxy: modal.Proxy | None = variable("DEPLOY_PROXY", None, _proxy)
    min_containers: int = variable("DEPLOY_MIN_CONTAINERS", 0, integer(0, 1000))
    max_containers: int = variable("DEPLOY_MAX_CONTAINERS", 20, integer(1, 1000))
    buffer_containers: int = variable("DEPLOY_BUFFER_CONTAINERS", 0, integer(0, 1000))
    scaledown_window: int = variable("DEPLOY_SCALEDOWN_SECONDS", 300, integer(2, 3600))
    mail: str = variable("DEPLOY_MAIL", "off", choice("on", "off"))


def options(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the function's arguments from the environment of the `modal` command.

    A variable that is named almost like one is pointed out on standard error.

    Raises:
        SystemExit: naming every problem at once.
    """
    sys.stderr.writelines(f"{sentence}\n" for sentence in near_misses(Options, environ))
    values, problems = parse(Options, environ)
    found = vars(Options(**values))
    if not problems and found["min_containers"] > found["max_containers"]:
        problems.append("DEPLOY_MIN_CONTAINERS must not be more than DEPLOY_MAX_CONTAINERS")
    if problems:
        raise SystemExit("\n".join(["This cannot be deployed:", *(f"  - {p}" for p in problems)]))
    return found


app = modal.App("authapi")
in_container = bool(os.environ.get("MODAL_IS_REMOTE"))
asked = options({} if in_container else os.environ)
sends_mail = asked.pop("mail") == "on"


@app.function(
    image=image,
    secrets=[secret],
    # A container sees all cores of its host: without this as many password hashes would run at
    # once, far beyond the memory asked for. Two of 19 MiB fit easily.
    env={"PASSWORD_HASH_SLOTS": "2"},
    cpu=1.0,
    memory=512,
    timeout=120,  # seconds; after 150 Modal answers by a redirect, which no page can follow
    **asked,
)
# One thread per request in flight. 98 of them may be logins (2 that hash, 96 that wait, the rest
# is told to come again), so that 14 are always left for everything that is quick.
@modal.concurrent(max_inputs=112)
@modal.wsgi_app()
def flask_app() -> Flask:
    """Make the service, once per container."""
    from authapi import create_app

    return create_app()


def send_mails() -> None:
    """Send the mails that are due: containers sleep between requests, and mails must not wait."""
    from authapi import create_app
    from authapi.mail.service import MailService
    from authapi.web.services import services_of

    mails = services_of(create_app()).find(MailService)
    if mails is None:
        raise RuntimeError("DEPLOY_MAIL is on, and the secret has no MAIL_URL")
    mails.send()


if sends_mail or in_container:
    mail_cron = app.function(
        image=image,
        secrets=[secret],
        schedule=modal.Cron("* * * * *"),
        region=asked["region"],
        proxy=asked["proxy"],
        timeout=300,
    )(send_mails)
