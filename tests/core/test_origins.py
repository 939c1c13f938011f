"""Origins, as browsers say them."""

import pytest

from authapi.core.origins import origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Accounts.Example/auth", "https://accounts.example"),
        ("https://accounts.example:443", "https://accounts.example"),
        ("https://accounts.example:8443/", "https://accounts.example:8443"),
        ("https://accounts.example:80", "https://accounts.example:80"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_written_as_a_browser_does(url: str, origin: str) -> None:
    """S121: else no form and no passkey of a service whose address names its port is its own."""
    assert origin_of(url) == origin
