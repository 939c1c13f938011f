"""Script: execute the server. Arguments: descriptor of its lock, id of its supervisor, command.

On Linux the kernel kills the server when its supervisor ends. That is asked for here and not in
`preexec_fn`, which is not safe in a process with threads. `end_orphan` says why it is SIGKILL.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1

lock, supervisor, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
if sys.platform == "linux":
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != supervisor:
    sys.exit("the supervisor ended before its server began")
os.pwrite(lock, str(os.getpid()).encode(), 0)
os.execv(command[0], command)  # noqa: S606 - the command is the supervisor's own
