"""Errors for extras of the package that are not installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.support.servers import ROOT, SECRET, clean_environment
from tests.support.waiting import LONGEST

ENOUGH = {"JWT_SECRET": SECRET, "MONGO_URI": "mongodb://127.0.0.1:1/authapi"}
PASSKEYS = {**ENOUGH, "WEBAUTHN_RP_ID": "example.com"}
METRICS = {**ENOUGH, "METRICS_TOKEN": "for-tests-Xw7Tq2Lr9ZpK"}


@pytest.mark.parametrize(
    ("module", "code", "environment", "extra"),
    [
        ("granian", "from authapi.__main__ import main; main(['serve'])", ENOUGH, "serve"),
        ("prometheus_client", "import wsgi", METRICS, "metrics"),
        ("webauthn", "import wsgi", PASSKEYS, "passkeys"),
    ],
)
def test_an_extra_that_is_missing_is_named(
    module: str, code: str, environment: Mapping[str, str], extra: str
) -> None:
    """S77: The message has the command that installs it."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules[{module!r}] = None; {code}"],
        cwd=ROOT,
        env=clean_environment(environment),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 1
    assert f"pip install 'authapi-flask[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
