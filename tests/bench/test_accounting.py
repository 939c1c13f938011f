"""Processor time is assigned to the package that it was spent for."""

from __future__ import annotations

import pytest

from bench.accounting import account, charged, function_name
from bench.profile import before_and_after

SITE = "/opt/python3.11/site-packages"


@pytest.mark.parametrize(
    ("stack", "group"),
    [
        ([f"{SITE}/jwt/api_jws.py", "/src/authapi/tokens/codec.py"], "PyJWT"),
        (["/usr/lib/python3.11/json/decoder.py", "/src/authapi/web/body.py"], "authapi"),
        (["/usr/lib/python3.11/hmac.py", f"{SITE}/jwt/algorithms.py"], "PyJWT"),
        (["/usr/lib/python3.11/socket.py", f"{SITE}/pymongo/pool.py"], "PyMongo"),
        (["/usr/lib/python3.11/threading.py"], "elsewhere"),
    ],
)
def test_the_standard_library_works_for_its_caller(stack: list[str], group: str) -> None:
    """The innermost frame that has a group decides."""
    assert charged(stack) == group


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{SITE}/jwt/api_jws.py", "jwt.api_jws:f"),
        ("/src/authapi/wiring/__init__.py", "authapi.wiring:f"),
        ("/usr/lib/python3.11/logging/__init__.py", "logging:f"),
    ],
)
def test_functions_are_named_by_their_modules(path: str, name: str) -> None:
    """The name does not depend on where they are installed."""
    assert function_name(path, "f") == name


def test_the_parts_of_an_account_make_the_whole() -> None:
    """The times of all groups add up to the whole."""
    found = account(lambda: sum(range(20_000)), seconds=0.2)
    assert found.requests > 0
    assert sum(found.by_group().values()) == pytest.approx(found.cpu + found.hashing, rel=0.25)


def test_two_profiles_are_compared_group_by_group() -> None:
    """A group in only one of them counts as zero in the other."""
    before = {"protected": {"PyJWT": 80.0, "authapi": 40.4}}
    after = {"protected": {"authapi": 30.2}}
    assert before_and_after(before, after).splitlines()[2:] == [
        "| PyJWT | 80 → 0 |",
        "| authapi | 40 → 30 |",
        "| all | 120 → 30 |",
    ]
