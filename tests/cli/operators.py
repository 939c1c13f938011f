"""Someone at the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE


def typed(
    *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with `words` in the project's folder, and return how it ended."""
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
    """Type `flask` and `words`."""
    return typed("-m", "flask", *words, environment=environment)
