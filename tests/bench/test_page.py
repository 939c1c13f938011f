"""`docs/performance.md` describes the benchmark as it is."""

from __future__ import annotations

from bench.contenders import PROTECTED, THREADS
from bench.groups import ALL
from bench.logins import REGULARS
from bench.places import PAGE
from bench.rounds import ENOUGH
from bench.subjects import CONNECTIONS

TEXT = " ".join(PAGE.read_text().split())


def test_the_page_names_every_group_that_can_be_chosen() -> None:
    """It lists the values of `--group`."""
    assert f"`--group {','.join(ALL)}`" in TEXT


def test_the_page_has_the_numbers_that_the_benchmark_uses() -> None:
    """The numbers of rounds, users, threads and connections agree."""
    assert f"`/protected` at most {ENOUGH[PROTECTED]} of them" in TEXT
    assert f"are of {REGULARS} users in turn" in TEXT
    assert f"a process of {THREADS} threads for each core" in TEXT
    assert f"{CONNECTIONS} connections, kept alive" in TEXT
