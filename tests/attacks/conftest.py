"""What attackers have at hand."""

import pytest

from tests.attacks.forger import Forger
from tests.support.actors import Visitor


@pytest.fixture
def forger(visitor: Visitor) -> Forger:
    """Someone who knows the signing keys, so that only what is altered can be at fault."""
    return Forger(visitor.log_in())
