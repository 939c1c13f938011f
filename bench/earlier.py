"""The service at another commit, which is measured together with the present one.

Both run with the same libraries and database server, in databases of their own, so the ratio is the
cost of the changes since.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bench.contenders import AUTHENTICATE, PEER_USERS, REFRESH, Contender, direct, ours
from bench.places import BUILD, ROOT

NAME = "authapi, earlier"
DATABASE = "earlier"

CHECKOUT = BUILD / "earlier"
_SEED = (
    "import os; from authapi.settings import Settings; from authapi.wiring import build_database;"
    "from bench.seed import fill;"
    f"fill(build_database(Settings.from_environ(os.environ)), {PEER_USERS})"
)


def earlier(commit: str) -> list[Contender]:
    """Return the service of a commit, its users stored: without a proxy, and behind one.

    Raises:
        CalledProcessError: when there is no such commit, or its users cannot be stored.
    """
    folder = _checked_out(commit)
    found = [_of(contender, folder) for contender in now()]
    told = {**os.environ, **found[0].environment}
    subprocess.run([sys.executable, "-c", _SEED], cwd=folder, env=told, check=True)  # noqa: S603
    return found


def now() -> list[Contender]:
    """Return the present service, with the same endpoints."""
    return [direct(PEER_USERS), ours(PEER_USERS, endpoints=(REFRESH, AUTHENTICATE))]


def _of(contender: Contender, folder: Path) -> Contender:
    told = {**contender.environment, "MONGO_DATABASE": DATABASE}
    return replace(contender, name=NAME, folder=folder, environment=told)


def _checked_out(commit: str) -> Path:
    """Return a folder with the files of a commit, and nothing else."""
    shutil.rmtree(CHECKOUT, ignore_errors=True)
    CHECKOUT.mkdir(parents=True)
    packed = subprocess.run(  # noqa: S603
        ["git", "archive", commit],  # noqa: S607
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    subprocess.run(["tar", "-x"], cwd=CHECKOUT, input=packed.stdout, check=True)  # noqa: S607
    return CHECKOUT
