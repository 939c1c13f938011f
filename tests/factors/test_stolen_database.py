"""A copy of all collections reveals no secret of a second factor."""

from __future__ import annotations

import re

from authapi.database import Collections
from tests.support.authenticator import Owner


def test_it_gives_no_secret_and_no_code(owner: Owner, collections: Collections) -> None:
    """S89, S108: None is stored, as text or as bytes."""
    everything = repr(
        [list(collections[name].find()) for name in ("users", "sessions", "keys", "limits")]
    )
    assert owner.secret not in everything
    for code in owner.recovery:
        assert code not in everything
        assert code[2:].replace("-", "") not in everything
    stored = collections["users"].find_one({"name_key": owner.name}) or {}
    hashes = stored["factors"]["recovery"]
    assert hashes.keys() == set("12345678")
    assert all(re.match(r"\$argon2id\$", each) for each in hashes.values())
