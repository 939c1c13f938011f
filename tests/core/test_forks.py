"""What a forked process makes anew."""

from __future__ import annotations

import gc
import subprocess
import sys

from authapi.core import forks
from authapi.limits.keyed_lock import KeyedLock
from tests.support.servers import ROOT

# A process of its own: forking the test run itself, with its threads, is not safe.
FORKS = """
import os
import threading
from authapi.core.forks import after_fork_in_child

class Holder:
    def __init__(self):
        self.renew()
        after_fork_in_child(self.renew)

    def renew(self):
        self.lock = threading.Lock()

holder = Holder()
with holder.lock:
    child = os.fork()
    if child == 0:
        os._exit(0 if holder.lock.acquire(blocking=False) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert holder.lock.locked()
"""


def test_a_lock_that_the_parent_holds_is_free_in_a_child() -> None:
    """The child gets a new lock; the parent's is not changed."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_is_gone_is_forgotten() -> None:
    """Registered objects can be garbage-collected."""
    gc.collect()
    before = len(forks._methods)
    lock = KeyedLock(1)
    assert len(forks._methods) == before + 1
    del lock
    assert len(forks._methods) == before
