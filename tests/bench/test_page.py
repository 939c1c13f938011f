"""What the page says in words of how it is measured is what is done."""

from __future__ import annotations

from bench.contenders import PROTECTED, THREADS
from bench.groups import ALL
from bench.logins import REGULARS
from bench.places import PAGE
from bench.rounds import ENOUGH
from bench.subjects import CONNECTIONS

TEXT = " ".join(PAGE.read_text().split())


def test_the_page_names_every_group_that_can_be_chosen() -> None:
    """As one would type them."""
    assert f"`--group {','.join(ALL)}`" in TEXT


def test_the_page_has_the_numbers_that_the_benchmark_uses() -> None:
    """Of rounds, users, threads and connections."""
    assert f"`/protected` at most {ENOUGH[PROTECTED]} of them" in TEXT
    assert f"are of {REGULARS} users in turn" in TEXT
    assert f"a process of {THREADS} threads for each core" in TEXT
    assert f"{CONNECTIONS} connections, kept alive" in TEXT
