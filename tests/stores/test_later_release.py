"""Documents with members of a later release, after going back to this one."""

from __future__ import annotations

import pytest

from authapi.database import Collections
from tests.support.actors import Visitor

LATER = {"of_a_later_release": {"deep": [1]}}


@pytest.mark.parametrize("collection", ["users", "sessions"])
def test_what_a_later_release_wrote_is_passed_over_and_left_alone(
    visitor: Visitor, collections: Collections, collection: str
) -> None:
    """Users stay logged in, and the members are kept."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    user = collections["users"].find_one({"username": name}) or {}
    which = {"users": {"_id": user["_id"]}, "sessions": {"user_id": user["_id"]}}[collection]
    collections[collection].update_one(which, {"$set": LATER})
    assert visitor.protected(tokens["access_token"]).status_code == 200
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    assert visitor.authenticate(name).status_code == 200
    assert collections[collection].count_documents({**which, **LATER}) == 1
