"""Assigns processor time to packages, by samples of a running program."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

INTERVAL = 0.001
"""Seconds of processor time between two samples; most kernels make it 4 milliseconds."""

HASH = "password hash"

ELSEWHERE = "elsewhere"

# The first part of a frame's path that is found here names its group; the order decides.
GROUPS: tuple[tuple[str, str], ...] = (
    ("/logging/__init__.py", "logging"),
    ("/authapi/web/logs.py", "logging"),
    ("/jwt/", "PyJWT"),
    ("/cryptography/", "PyJWT"),
    ("/marshmallow/", "marshmallow and webargs"),
    ("/webargs/", "marshmallow and webargs"),
    ("/flask_smorest/", "marshmallow and webargs"),
    ("/pymongo/", "PyMongo"),
    ("/bson/", "PyMongo"),
    ("/gridfs/", "PyMongo"),
    ("/werkzeug/", "Flask and Werkzeug"),
    ("/flask/", "Flask and Werkzeug"),
    ("/flask_cors/", "Flask and Werkzeug"),
    ("/authapi/", "authapi"),
    ("/bench/", "the caller"),
)


def group_of(path: str) -> str | None:
    """Return the group that a source file belongs to; None for the standard library."""
    return next((group for part, group in GROUPS if part in path), None)


def charged(stack: Sequence[str]) -> str:
    """Return the group that a sample is assigned to.

    Time in the standard library is assigned to the nearest caller that has a group.

    Args:
        stack: the source files of a sample's frames, the innermost first.
    """
    return next((group for path in stack if (group := group_of(path))), ELSEWHERE)


def function_name(path: str, name: str) -> str:
    """Return a function's short name: package, module, function."""
    short = re.sub(r".*/(site-packages|python3\.\d+|(?=authapi/))", "", path.removesuffix(".py"))
    return f"{short.strip('/').replace('/', '.').removesuffix('.__init__')}:{name}"


@dataclass
class Samples:
    """Samples of the main thread.

    Attributes:
        groups: the number of samples of each group.
        functions: the number of samples with each function on the stack, so with its callees.
    """

    groups: Counter[str] = field(default_factory=Counter)
    functions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Take a sample, unless the main thread waits for a hash; this is a signal handler."""
        frames = list(_outwards(frame))
        if any(path.endswith("/bulkhead.py") for path, _ in frames):
            return  # the processor time is another thread's
        self.groups[charged([path for path, _ in frames])] += 1
        self.functions.update(set(frames))


@dataclass(frozen=True)
class Account:
    """The cost of one request.

    Attributes:
        requests: the number of requests that were measured.
        wall: microseconds from the call to the answer.
        cpu: processor microseconds of the thread that answers, measured without sampling.
        hashing: processor microseconds of the other threads, which only hash.
        samples: the samples of the thread that answers.
    """

    requests: int
    wall: float
    cpu: float
    hashing: float
    samples: Samples

    def part(self, count: int) -> float:
        """Return the microseconds of one request that a number of samples stands for."""
        return self.cpu * count / max(1, self.samples.groups.total())

    def by_group(self) -> dict[str, float]:
        """Return the microseconds of each group, the largest first."""
        parts = {group: self.part(count) for group, count in self.samples.groups.items()}
        if self.hashing > self.cpu / 5:  # less is PyMongo's background work
            parts[HASH] = self.hashing
        return dict(sorted(parts.items(), key=lambda part: -part[1]))


def account(work: Callable[[], object], seconds: float) -> Account:
    """Measure a function without sampling, then call it as often again with sampling.

    Args:
        work: the function, which makes one request.
        seconds: the processor time of the main thread to spend, each time.
    """
    count, wall, cpu, process = 0, time.perf_counter(), time.thread_time(), time.process_time()
    while time.thread_time() - cpu < seconds:
        work()
        count += 1
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    process = time.process_time() - process
    samples = Samples()
    before = signal.signal(signal.SIGPROF, samples.take)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        for _ in range(count):
            work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    each = 1e6 / count
    return Account(count, wall * each, cpu * each, (process - cpu) * each, samples)


def _outwards(frame: FrameType | None) -> Iterator[tuple[str, str]]:
    while frame is not None:
        yield frame.f_code.co_filename, frame.f_code.co_qualname
        frame = frame.f_back
