"""The rounds: in each, every server is measured once, in a random order."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TypeVar

from bench.contenders import AUTHENTICATE, ENDPOINTS, PROTECTED, REGISTER, Contender
from bench.groups import Group
from bench.layouts import Layout, on
from bench.places import ROOT
from bench.processes import free_port, started
from bench.ratios import Row
from bench.subjects import HashAlone, Served, Subject, serving
from tests.support.servers import clean_environment

T = TypeVar("T")
Say = Callable[[str], None]

LONGER = {AUTHENTICATE: 1.5, REGISTER: 1.5}
"""The factor by which requests with a password hash are measured longer, since they are slow."""

ENOUGH = {PROTECTED: 5}
"""The maximum of rounds for fast requests."""


@dataclass(frozen=True)
class Plan:
    """How long and how often.

    Attributes:
        rounds: how many.
        seconds: the length of a measurement; see `LONGER`.
        warm_up: the seconds of load before it.
        say: takes a line about the progress.
        layout: who may use which cores.
    """

    rounds: int
    seconds: float
    warm_up: float
    say: Say
    layout: Layout


def load_rounds(group: Group, plan: Plan) -> Iterator[list[Row]]:
    """Load all servers of a group in turn; yield the rows of each round."""
    with ExitStack() as stack:
        subjects: list[Subject] = [HashAlone(plan.layout)] if group.with_hash_alone else []
        for contender in group.contenders:
            plan.say(f"starting {contender.name}")
            subjects.append(stack.enter_context(serving(contender, plan.layout)))
        for number in range(1, plan.rounds + 1):
            rows = []
            for endpoint in ENDPOINTS:
                for subject in in_order_of_round(subjects, number):
                    if takes_part(subject, endpoint, number):
                        rows.append(_measured(subject, endpoint, number, plan))
            yield rows


def takes_part(subject: Subject, endpoint: str, number: int) -> bool:
    """Whether an endpoint of a subject is measured in a round; rounds begin with 1."""
    rounds = min(subject.rounds or number, ENOUGH.get(endpoint, number))
    return endpoint in subject.endpoints and number <= rounds


def _measured(subject: Subject, endpoint: str, number: int, plan: Plan) -> Row:
    seconds = plan.seconds * LONGER.get(endpoint, 1.0)
    figures = subject.measure(endpoint, seconds, plan.warm_up)
    row = {"round": number, "endpoint": endpoint, "contender": subject.name, **asdict(figures)}
    row["memory_mib"] = subject.memory()
    plan.say(
        f"round {number}/{plan.rounds}  /{endpoint:<13} {subject.name:<30} {figures.rate:9.1f}/s"
        f"  p50 {figures.p50_ms:7.2f}  p95 {figures.p95_ms:7.2f}  p99 {figures.p99_ms:7.2f} ms"
    )
    if figures.errors:
        plan.say(f"  ERRORS: {figures.errors} {figures.first_error}")
    return row


def memory_rounds(group: Group, plan: Plan) -> Iterator[list[Row]]:
    """Measure the memory of each server's workers, after a warm-up and after a load."""
    for number in range(1, plan.rounds + 1):
        rows: list[Row] = []
        for contender in in_order_of_round(group.contenders, number):
            with serving(contender, plan.layout) as served:
                rows += [
                    _weighed(served, "idle", number, plan, plan.warm_up),
                    _weighed(served, "after load", number, plan, plan.seconds),
                ]
        yield rows


def _weighed(served: Served, moment: str, number: int, plan: Plan, seconds: float) -> Row:
    for endpoint in served.endpoints if moment == "after load" else served.endpoints[:1]:
        served.measure(endpoint, seconds, 0)
    found = served.memory()
    weights = ", ".join(f"{kind} {weight:.1f}" for kind, weight in found.items())
    plan.say(f"round {number}/{plan.rounds}  {moment:<10} {served.name:<20} {weights} MiB a worker")
    return {"round": number, "endpoint": moment, "contender": served.name, **found}


def cold_rounds(group: Group, plan: Plan) -> Iterator[list[Row]]:
    """Measure cold starts: of the application alone, and of its server."""
    for number in range(1, plan.rounds + 1):
        rows: list[Row] = []
        for contender in in_order_of_round(group.contenders, number):
            for moment, start in (("in process", _in_process), ("server", _as_server)):
                seconds = start(contender, plan.layout)
                where = f"round {number}/{plan.rounds}  {moment:<10} {contender.name:<20}"
                plan.say(f"{where} {seconds:.3f} s")
                rows.append(
                    {
                        "round": number,
                        "endpoint": moment,
                        "contender": contender.name,
                        "seconds": seconds,
                    }
                )
        yield rows


def _in_process(contender: Contender, layout: Layout) -> float:
    kind = "asgi" if contender.asgi else "wsgi"
    command = [sys.executable, "-m", "bench.first_answer", contender.module, contender.alive, kind]
    with on(layout.service):
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=ROOT,
            env=clean_environment(contender.environment),
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


def _as_server(contender: Contender, layout: Layout) -> float:
    port = free_port()
    command, told = contender.command(port, layout.processes), contender.environment
    path, cores = contender.alive, layout.service
    with started(contender.name, command, port, told, path, cores) as server:
        return server.seconds


def in_order_of_round(things: Sequence[T], number: int) -> list[T]:
    """Return the order of a round, which is the same in every run."""
    return random.Random(number).sample(things, len(things))  # noqa: S311 - no secret
