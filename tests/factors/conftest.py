"""People with an authenticator app."""

from __future__ import annotations

import pytest

from tests.support.actors import Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock


@pytest.fixture
def somebody(visitor: Visitor, clock: MovedClock) -> Owner:
    """Somebody with a password alone, who is logged in."""
    return Owner(visitor, clock.stop())  # a code is the next one only when it is told


@pytest.fixture
def owner(somebody: Owner) -> Owner:
    """Somebody who has turned an authenticator app on."""
    return somebody.enrol()
