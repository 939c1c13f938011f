"""How many Argon2id verifications of the service's cost this machine does: no server, no HTTP.

`python -m bench.floors.hash_alone --processes 2 --threads 2 --seconds 3` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, wait

from argon2 import PasswordHasher

from bench.population import PASSWORD


def verifications(threads: int, seconds: float, stored: str) -> list[float]:
    """Verify in so many threads of this process; return the seconds of each verification."""
    hasher = PasswordHasher()
    times: list[float] = []
    end = time.monotonic() + seconds

    def work() -> None:
        while (began := time.monotonic()) < end:
            hasher.verify(stored, PASSWORD)
            times.append(time.monotonic() - began)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    stored = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(PASSWORD)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=context) as pool:
        warm_ups = [pool.submit(verifications, 1, 0.2, stored) for _ in range(options.processes)]
        wait(warm_ups)
        began = time.monotonic()
        runs = [
            pool.submit(verifications, options.threads, options.seconds, stored)
            for _ in range(options.processes)
        ]
        times = sorted(one for run in runs for one in run.result())
        seconds = time.monotonic() - began
    found = {"count": len(times), "seconds": seconds}
    found |= {f"p{part}_ms": times[len(times) * part // 100] * 1000 for part in (50, 95, 99)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
