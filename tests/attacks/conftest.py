"""Fixtures of the attacks."""

import pytest

from tests.attacks.forger import Forger
from tests.support.actors import Visitor


@pytest.fixture
def forger(visitor: Visitor) -> Forger:
    """Makes tokens with the real signing keys, so that only the altered part is wrong."""
    return Forger(visitor.log_in())
