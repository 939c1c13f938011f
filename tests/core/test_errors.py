"""The catalogue of error codes."""

import pytest

from authapi.core.errors import CATALOGUE, ApiError, ErrorCode


def test_every_code_is_in_the_catalogue() -> None:
    """Contract 1: each with a status of 4xx or 5xx and a sentence."""
    assert set(CATALOGUE) == set(ErrorCode)
    for kind in CATALOGUE.values():
        assert 400 <= kind.status < 600
        assert kind.message.endswith(".")


@pytest.mark.parametrize("code", ErrorCode)
def test_a_failure_knows_its_status_and_message(code: ErrorCode) -> None:
    """Contract 1: they follow from the code alone."""
    error = ApiError(code)
    assert (error.status, error.message) == (CATALOGUE[code].status, CATALOGUE[code].message)
    assert str(error) == CATALOGUE[code].message
