"""Random sequences of events with second factors, compared with a model."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from authapi.limits.service import Limits
from authapi.limits.unlimited import Unlimited
from tests.conftest import services_of
from tests.properties.factors import SecondFactors
from tests.support.clock import MovedClock


def test_no_story_opens_an_account_by_half_or_locks_its_owner_out(
    base_url: str, clock: MovedClock, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S102, S103, S104, S107, S108: The service and the model agree in hundreds of sequences."""
    itself: Any = None
    unlimited = partial(Unlimited.second_step, itself)  # the stories mistype without end
    monkeypatch.setattr(services_of(app)[Limits], "second_step", unlimited)
    machine: Any = partial(SecondFactors, base_url, clock, app)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
