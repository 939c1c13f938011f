"""Random sequences of events with sessions, compared with a model."""

from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from authapi.database import Collections
from tests.properties.machine import Sessions
from tests.support.clock import MovedClock


def test_whatever_users_do_the_model_is_right(
    base_url: str, clock: MovedClock, collections: Collections
) -> None:
    """S37, S50, S51, S53, S54, S56, S58: Service and model agree in hundreds of sequences."""
    machine: Any = partial(Sessions, base_url, clock, collections)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a failure is shrunk in minutes only: add Phase.shrink then
            suppress_health_check=list(HealthCheck),
        ),
    )
