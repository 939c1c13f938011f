"""`GET /healthz`."""

from authapi import __version__
from tests.support.actors import Visitor


def test_the_process_says_that_it_lives(visitor: Visitor) -> None:
    """S74: The answer has the service's name and version."""
    answer = visitor.send("GET", "/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "service": "authapi", "version": __version__}


def test_it_lives_without_a_database(stranded: Visitor) -> None:
    """S74: It succeeds, since a restart would not help."""
    assert stranded.send("GET", "/healthz").status_code == 200
