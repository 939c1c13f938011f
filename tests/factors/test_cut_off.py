"""A process dies after any write while second factors are changed or used."""

from __future__ import annotations

import pytest
from flask import Flask

from authapi.database import Collections
from tests.support.actors import PASSWORD
from tests.support.authenticator import Owner
from tests.support.dying import dies_after


@pytest.fixture
def dying(environment: dict[str, str], app: Flask) -> dict[str, str]:
    """The service's settings, for a process that dies."""
    return {**environment, "AUTHAPI_ENV": "production", "PROTECTED_SAMPLE": "off"}


def story(owner: Owner, method: str, path: str, **body: object) -> str:
    """Return the Python that sends a request of the owner's."""
    sent = {"method": method, "json": body, "headers": owner.headers}
    return f"app.test_client().open({path!r}, **{sent!r})"


def test_turning_on_is_whole_wherever_the_process_dies(
    somebody: Owner, dying: dict[str, str], collections: Collections
) -> None:
    """S96: It is on with all recovery codes, or off with the secret still pending."""
    for writes in range(1, 12):
        somebody.clock.reset()  # the other process has the real time
        owner = Owner(somebody.visitor, somebody.clock)
        owner.begin()
        confirm = story(owner, "POST", "/me/totp/confirm", code=owner.code())
        died = dies_after(writes, dying, confirm)
        stored = collections["users"].find_one({"name_key": owner.name}) or {}
        if not stored.get("second_factor"):
            assert died
            assert stored["factors"].keys() == {"totp_pending"}
            assert owner.first_step().status_code == 200
        else:
            assert stored["factors"].keys() == {"totp", "recovery", "changed_at"}
            assert len(stored["factors"]["recovery"]) == 8
            assert owner.first_step().json()["code"] == "second_factor_required"
            assert owner.log_in().status_code == 200
        if not died:
            return
    pytest.fail("the story does not end")


def test_a_login_is_whole_wherever_the_process_dies(owner: Owner, dying: dict[str, str]) -> None:
    """S102: At most the code is used up; the next one logs in."""
    for writes in range(1, 9):
        body = {"username": owner.name, "password": PASSWORD, "code": owner.recovery[writes - 1]}
        died = dies_after(writes, dying, story(owner, "POST", "/authenticate", **body))
        assert owner.log_in().status_code == 200
        if not died:
            return
    pytest.fail("the story does not end")
