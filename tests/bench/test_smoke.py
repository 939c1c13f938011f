"""The benchmark really starts servers, loads them and counts their answers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from authapi.embedded import ensure_running
from bench import contenders, wrk
from bench.contenders import ENDPOINTS, PROTECTED, Contender, granian
from bench.subjects import Served, serving
from bench.wrk import Load
from tests.support.servers import SECRET

USERS = 40


@pytest.fixture(scope="module", autouse=True)
def load_generator() -> None:
    """Skip on a newcomer's machine; fail where everything must be tested."""
    if shutil.which("wrk") is None:
        reason = "wrk is not installed: bash .ci/packages"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
