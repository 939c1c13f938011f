"""Serve `wsgi:app` with waitress in several processes: `python -m bench.waitress_workers 8000 2 8`.

waitress itself is one process; here each is given the same listening socket.
"""

from __future__ import annotations

import os
import signal
import socket
import sys


def main() -> None:
    """Serve until told to stop. Arguments: port, processes, threads."""
    port, processes, threads = (int(argument) for argument in sys.argv[1:])
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(1024)
        for _ in range(processes):
            if os.fork() == 0:
                serve(listening, threads)
                return
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        for _ in range(processes):
            os.wait()


def serve(listening: socket.socket, threads: int) -> None:
    """Serve from one process."""
    import waitress

    from wsgi import app

    waitress.serve(app, sockets=[listening], threads=threads)


if __name__ == "__main__":
    main()
