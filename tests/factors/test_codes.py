"""Which codes are right, as a pure function."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.factors import rules, totp
from authapi.factors.rules import RecoveryCode
from tests.support.authenticator import code_at

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_VECTORS = {  # RFC 6238, appendix B; the last six of its eight digits
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize("seconds", RFC_VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int) -> None:
    """S104: The test's own codes agree with RFC 6238, appendix B, too."""
    step = rules.step_at(datetime.fromtimestamp(seconds, UTC))
    assert totp.codes(RFC_SECRET, [step]) == {step: RFC_VECTORS[seconds]}
    assert code_at(RFC_SECRET, seconds) == RFC_VECTORS[seconds]


def test_one_step_before_and_after_count_and_no_other() -> None:
    """S104: RFC 6238, 5.2 and 6 advise this."""
    assert list(rules.near(100)) == [99, 100, 101]


def test_the_latest_of_equal_codes_is_the_one_that_is_spent() -> None:
    """S104: If two time steps have the same code, the later one is used up."""
    assert rules.matching_step("123456", {1: "123456", 2: "000000", 3: "123456"}) == 3
    assert rules.matching_step("654321", {1: "123456"}) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", None),
        ("", None),
    ],
)
def test_six_digits_are_a_code(typed: str, read: str | None) -> None:
    """A space in the middle is allowed; digits of other scripts are not."""
    assert rules.totp_code(typed) == read


@given(st.integers(1, 8), st.integers(0, 2**80 - 1))
def test_a_recovery_code_is_read_as_it_is_shown(number: int, randomness: int) -> None:
    """S108: It has 80 bits; case, dashes, spaces and `O` for `0` do not matter."""
    code = RecoveryCode.of(number, randomness)
    shown = str(code)
    assert len(shown) == 21
    for typed in (shown, shown.lower(), shown.replace("-", " "), shown.replace("0", "O")):
        assert RecoveryCode.read(typed) == code


@pytest.mark.parametrize("typed", ["", "123456", "9-AAAA-BBBB-CCCC-DDDD", "1-AAAA-BBBB-CCCC-DDD"])
def test_what_is_no_recovery_code(typed: str) -> None:
    """Another length or an impossible number is refused."""
    assert RecoveryCode.read(typed) is None


def test_secrets_have_160_bits() -> None:
    """Every authenticator app accepts them (RFC 4226, 4)."""
    made = {totp.new_secret() for _ in range(20)}
    assert {len(base64.b32decode(secret)) for secret in made} == {20}
    assert len(made) == 20


def test_the_address_for_the_app_names_service_and_account() -> None:
    """Special characters in a name are escaped."""
    address = totp.uri(RFC_SECRET, "a&b?c/ü", "Example & Co")
    assert address.startswith("otpauth://totp/Example%20%26%20Co:a%26b%3Fc/%C3%BC?")
    assert f"secret={RFC_SECRET}" in address


def test_the_picture_is_svg_that_stands_alone() -> None:
    """It has no script, and a white background for dark pages."""
    picture = totp.qr_code(f"otpauth://totp/a?secret={secrets.token_hex(8)}")
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "<script" not in picture
    assert 'fill="#fff"' in picture
