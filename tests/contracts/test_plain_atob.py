"""The tutorial's popup reads the access token with plain `atob`."""

import base64
import json
import re
import secrets

import pytest

from tests.support.actors import Visitor, error_code

NAMES = [
    "a~~~b",
    "x>>>y",
    "???",
    "~>?" * 9,
    "名前",
    "\u00ff\u00fe",
    "\U0001f600\U0001f601",
    "plain",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shift", ["", "1", "12"])
def test_every_name_can_be_read_with_plain_atob(visitor: Visitor, name: str, shift: str) -> None:
    """Contract 3: The payload has no `-` and no `_`, at any byte position."""
    name = f"{shift}{name}{secrets.token_hex(6)}"
    assert visitor.register(name).status_code == 200
    payload = visitor.log_in(name)["access_token"].split(".")[1]
    assert re.fullmatch(r"[A-Za-z0-9+/]+", payload)
    read = base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True)
    assert json.loads(read)["sub"] == name


def test_the_fourth_character_that_could_break_atob_is_in_no_name(visitor: Visitor) -> None:
    """Contract 3: DEL is a control character and refused."""
    assert error_code(visitor.register("a\x7f\x7f\x7fb")) == (422, "validation_error")
