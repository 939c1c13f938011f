"""Roles: short names of what a user may do, which the operator gives and takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MAXIMUM_LENGTH = 64
MAXIMUM_COUNT = 32
MAXIMUM_TOTAL = 512
"""Characters of all roles of a user: they have to fit into a token, and into a proxy's header."""

NAME = f"[a-z0-9_.:-]{{1,{MAXIMUM_LENGTH}}}"
"""What a role may be called, as an expression."""

_NAME = re.compile(NAME)


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles that a user has.

    Attributes:
        names: sorted, each once.
        version: how often the operator changed them; the higher one is the current one.
    """

    names: tuple[str, ...] = ()
    version: int = 0

    def or_later(self, other: Roles) -> Roles:
        """Return the later one of two."""
        return other if other.version > self.version else self


NO_ROLES = Roles()


def problems(names: Iterable[str]) -> list[str]:
    """List what keeps `names` from being the roles of a user, in words that repeat no input."""
    roles = set(names)
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in roles):
        return [
            f"A role is 1 to {MAXIMUM_LENGTH} of the letters a to z, digits, and the signs _ . : -"
        ]
    if len(roles) > MAXIMUM_COUNT or sum(map(len, roles)) > MAXIMUM_TOTAL:
        return [
            f"A user has at most {MAXIMUM_COUNT} roles, of {MAXIMUM_TOTAL} characters together."
        ]
    return []


def changed(roles: Roles, added: Collection[str], removed: Collection[str]) -> Roles:
    """Return the next version of a user's roles."""
    names = (set(roles.names) | set(added)) - set(removed)
    return Roles(tuple(sorted(names)), roles.version + 1)
