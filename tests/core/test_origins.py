"""Origins in the form that browsers send."""

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
    """S121: A default port in the service's address is left out."""
    assert origin_of(url) == origin
