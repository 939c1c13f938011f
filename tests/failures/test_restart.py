"""`flask run` is stopped or killed, and started again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.failures.conftest import patient
from tests.support.actors import Visitor
from tests.support.servers import flask_run
from tests.support.waiting import DEADLINE


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_was_stored_is_there_after_a_restart(tmp_path: Path, sign: signal.Signals) -> None:
    """S74: Logins and sessions work after Ctrl+C, a stop or a kill."""
    with flask_run(patient(tmp_path)) as server:
        before = Visitor(server.base_url)
        tokens = before.log_in(name := before.new_user())
        before.close()
        os.killpg(server.process.pid, sign)
        server.process.wait(timeout=DEADLINE)
    with flask_run(patient(tmp_path)) as server:
        after = Visitor(server.base_url)
        assert after.authenticate(name).status_code == 200
        assert after.protected(tokens["access_token"]).status_code == 200
        assert after.refresh(tokens["refresh_token"]).status_code == 200
        after.close()
