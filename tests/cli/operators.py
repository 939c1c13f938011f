"""Runs commands as processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE


def typed(
    *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in the project's folder; return the completed process."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=clean_environment(environment or {}),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def flask(
    *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `flask` with these arguments."""
    return typed("-m", "flask", *words, environment=environment)
