"""What a forked child makes anew: locks that a thread of its parent may hold, pools, clients."""

import os
from collections.abc import Callable
from weakref import WeakMethod

_methods: list[WeakMethod[Callable[[], None]]] = []


def after_fork_in_child(renew: Callable[[], None]) -> None:
    """Let every child process that is forked from now on call `renew` before anything else.

    Only a weak reference is kept: an object that is gone is not renewed. Where there
    is no `fork` (Windows) nothing happens.

    Args:
        renew: a bound method.
    """
    _methods.append(WeakMethod(renew, _methods.remove))


def _renew_all() -> None:
    for method in list(_methods):
        if (renew := method()) is not None:
            renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
