"""The embedded database: a MongoDB-compatible server for development, shared by a checkout.

It runs as a process of its own, on a loopback port, for as long as any process uses it:

    user ──starts──> supervisor ──starts, restarts, stops──> server (SecantusDB, never imported)

The three know of each other by `flock` only, which the kernel releases however a process ends.
"""

from authapi.embedded.client import ensure_running
from authapi.embedded.errors import EmbeddedUnavailable
from authapi.embedded.indexes import index_build_mark

__all__ = ["EmbeddedUnavailable", "ensure_running", "index_build_mark"]
