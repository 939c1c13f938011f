"""Script: become the server. Arguments: descriptor of its lock, id of its keeper, command.

On Linux the server is killed when its keeper ends. That is asked for here and not in `preexec_fn`,
which is not safe in a process with threads. Nothing milder, as `end_orphan` explains.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1

lock, keeper, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
if sys.platform == "linux":
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != keeper:
    sys.exit("the keeper ended before its server began")
os.pwrite(lock, str(os.getpid()).encode(), 0)
os.execv(command[0], command)  # noqa: S606 - the keeper's own words
