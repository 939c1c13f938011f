"""Reading the token from an `Authorization` header."""

import pytest

from authapi.core.errors import ApiError, ErrorCode
from authapi.web.bearer import bearer_token


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER abc", "  Bearer   abc  "])
def test_the_token_is_what_follows_the_scheme(header: str) -> None:
    """S44: Case and spaces do not matter."""
    assert bearer_token(header) == "abc"


@pytest.mark.parametrize(
    "header", ["", " ", "abc", "Basic abc", "Bearerabc", "Bearer:abc", "DPoP abc"]
)
def test_another_scheme_is_a_missing_token(header: str) -> None:
    """S43: It is no bearer token."""
    with pytest.raises(ApiError) as refused:
        bearer_token(header)
    assert refused.value.code is ErrorCode.MISSING_TOKEN


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer    "])
def test_an_empty_token_is_an_invalid_one(header: str) -> None:
    """S43: The scheme is there, so it is not missing."""
    assert bearer_token(header) == ""


def test_two_tokens_stay_two() -> None:
    """S44: No verifier accepts them."""
    assert bearer_token("Bearer a, Bearer b") == "a, Bearer b"
