"""A release that goes back: documents with members that only a later one knows."""

from __future__ import annotations

import pytest

from authapi.database import Collections
from tests.support.actors import Visitor

LATER = {"of_a_later_release": {"deep": [1]}}


@pytest.mark.parametrize("collection", ["users", "sessions"])
def test_what_a_later_release_wrote_is_passed_over_and_left_alone(
    visitor: Visitor, collections: Collections, collection: str
) -> None:
    """Whoever was logged in goes on, and nothing is lost for the day that it comes back."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    user = collections["users"].find_one({"username": name}) or {}
    which = {"users": {"_id": user["_id"]}, "sessions": {"user_id": user["_id"]}}[collection]
    collections[collection].update_one(which, {"$set": LATER})
    assert visitor.protected(tokens["access_token"]).status_code == 200
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    assert visitor.authenticate(name).status_code == 200
    assert collections[collection].count_documents({**which, **LATER}) == 1
