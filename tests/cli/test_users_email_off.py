"""The commands about addresses without mail."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Operator
from tests.support.actors import Visitor


@pytest.mark.parametrize("verb", ["set-email", "verify-email"])
def test_a_server_without_mail_has_no_addresses(
    operator: Operator, visitor: Visitor, verb: str
) -> None:
    """The error names the settings that are missing."""
    more = ["ann@example.com"] if verb == "set-email" else []
    done = operator("users", verb, visitor.new_user(), *more)
    assert (done.code, done.out) == (1, "")
    assert (
        done.said == "Error: There are no addresses here: EMAIL is off, or MAIL_URL is not set.\n"
    )
