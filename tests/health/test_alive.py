"""`GET /healthz`."""

from authapi import __version__
from tests.support.actors import Visitor


def test_the_process_says_that_it_lives(visitor: Visitor) -> None:
    """S74: with its name and version."""
    answer = visitor.send("GET", "/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "service": "authapi", "version": __version__}


def test_it_lives_without_a_database(stranded: Visitor) -> None:
    """S74: a restart would not bring the database back."""
    assert stranded.send("GET", "/healthz").status_code == 200
