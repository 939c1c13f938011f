"""The commands of `docs/second-factors.md`, in their order."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

import pytest

from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.servers import ROOT
from tests.support.tools import program
from tests.support.waiting import DEADLINE

PAGE = (ROOT / "docs" / "second-factors.md").read_text()
BEGIN, CONFIRM, LOGIN, SECOND, AT_ONCE, BEHIND, CARE = re.findall(
    r"```sh\n(.*?)```", PAGE, re.DOTALL
)


@pytest.fixture(autouse=True)
def _curl() -> None:
    program("curl")


def run(command: str, **variables: str) -> list[dict[str, Any]]:
    """Run a block of the page; return what it answered."""
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(
        ["sh", "-eu", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE,
    )
    return [json.loads(answer) for answer in done.stdout.splitlines() if answer]


def test_they_work_from_the_first_to_the_last(visitor: Visitor, clock: MovedClock) -> None:
    """They turn the factor on, use it in every way, and turn it off."""
    owner = Owner(visitor, clock)
    told = {"URL": visitor.base_url, "NAME": owner.name, "PASSWORD": PASSWORD}
    [begun] = run(BEGIN, TOKEN=owner.tokens["access_token"], **told)
    owner.secret = begun["secret"]
    [on] = run(CONFIRM, TOKEN=owner.tokens["access_token"], CODE=owner.next_code(), **told)
    assert len(on["recovery_codes"]) == 8
    [asked] = run(LOGIN, **told)
    assert (asked["code"], asked["expires_in"]) == ("second_factor_required", 300)
    assert asked["factors"] == ["totp", "recovery_code"]
    [by_code] = run(SECOND, MFA_TOKEN=asked["mfa_token"], CODE=on["recovery_codes"][0], **told)
    assert by_code["recovery_codes_left"] == 7
    for way in (AT_ONCE, BEHIND):
        [pair] = run(way, CODE=owner.next_code(), **told)
        assert pair["status"] == "ok"
    factors, codes, off = run(CARE, TOKEN=pair["access_token"], **told)
    assert factors["recovery_codes_left"] == 7
    assert len(codes["recovery_codes"]) == 8
    assert off["status"] == "ok"
