"""Reading the output of wrk."""

from __future__ import annotations

import json

import pytest

from bench.wrk import LoadError, parse

ERRORS = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0, "unexpected": 0}


def printed(errors: dict[str, int] | None = None, requests: int = 600, first: str = "") -> str:
    """Return the output of a run of 3 seconds."""
    counted = json.dumps({**ERRORS, "ran_out": 0, **(errors or {})})
    result = (
        f'RESULT {{"requests": {requests}, "seconds": 3.0, "p50_ms": 1.5, "p95_ms": 4.0,'
        f' "p99_ms": 9.0, "errors": {counted}}}'
    )
    lines = ["Running 3s test @ http://127.0.0.1:8000", "Requests/sec: 200.00", result]
    return "\n".join([*lines, f"FIRST {first}"] if first else lines)


def test_a_clean_run_has_a_rate_and_no_errors() -> None:
    """The rate is the number of answers per second."""
    figures = parse(printed())
    assert (figures.rate, figures.p95_ms, figures.requests) == (200.0, 4.0, 600)
    assert figures.errors == {}


@pytest.mark.parametrize("kind", ["connect", "read", "write", "timeout", "status", "ran_out"])
def test_every_kind_of_error_is_kept(kind: str) -> None:
    """Each kind has its own count."""
    assert parse(printed({kind: 3})).errors == {kind: 3}


def test_an_unexpected_answer_is_counted_once_and_shown() -> None:
    """A status over 399 is in two counters of the output, and counts once."""
    figures = parse(printed({"unexpected": 7, "status": 7}, first="503 busy"))
    assert figures.errors == {"unexpected": 7}
    assert figures.first_error == "503 busy"


def test_a_run_in_which_nothing_was_answered_is_an_error() -> None:
    """A run without answers has no rate."""
    assert parse(printed(requests=0)).errors == {"unanswered": 1}


@pytest.mark.parametrize("output", ["", "Requests/sec: 200.00", printed() + "\n" + printed()])
def test_output_without_one_result_is_refused(output: str) -> None:
    """Without exactly one result line the output is an error."""
    with pytest.raises(LoadError):
        parse(output)
