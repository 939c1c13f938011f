"""A role is removed while another process refreshes the session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import requests
from flask import Flask

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.forging import payload_of

ROUNDS = 50


def test_the_refresh_after_it_is_without_the_role(app: Flask, member: Visitor) -> None:
    """S124: Whichever is first, nobody is logged out."""
    administration, barrier = services_of(app)[Administration], Barrier(2)
    name = member.new_user()
    tokens = member.log_in(name)
    ref = UserRef(name)

    def take_away() -> None:
        barrier.wait()
        administration.change_roles(ref, (), {"admin"}, now=False)

    def refresh(token: str) -> requests.Response:
        barrier.wait()
        return member.refresh(token)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(ROUNDS):
            administration.change_roles(ref, {"admin"}, (), now=False)
            taken = threads.submit(take_away)
            answer = threads.submit(refresh, tokens["refresh_token"]).result()
            taken.result()
            assert answer.status_code == 200, answer.text
            after = member.refresh(answer.json()["refresh_token"])
            assert after.status_code == 200
            tokens = after.json()
            assert "roles" not in payload_of(tokens["access_token"])
