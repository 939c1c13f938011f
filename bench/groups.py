"""The groups of servers that are measured together, and the comparisons within each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench import earlier
from bench.contenders import (
    AUTHENTICATE,
    ENDPOINTS,
    OURS,
    OWN,
    PEER_USERS,
    PEERS,
    PROTECTED,
    REFRESH,
    REGISTER,
    ROTATING,
    Contender,
    direct,
    floor,
    granian,
    gunicorn,
    lean,
    ours,
    peer,
    waitress,
)
from bench.layouts import APART, TOGETHER
from bench.ratios import Comparison

FLOORS, SHARED, SIZES, PEERS_GROUP, SERVERS, MEMORY, COLD = (
    "floors",
    "shared",
    "ours",
    "peers",
    "servers",
    "memory",
    "cold",
)
BEFORE = "before"
"""The service at another commit and the present one; measured with `--before COMMIT`."""

ALL = (FLOORS, SHARED, SIZES, PEERS_GROUP, SERVERS, MEMORY, COLD)
ROUNDS = {BEFORE: 7, FLOORS: 7, SHARED: 3, SIZES: 5, PEERS_GROUP: 5, SERVERS: 3, MEMORY: 2, COLD: 3}
"""The rounds of each group: more where there are goals, fewer where rounds hardly differ."""

_APART = (BEFORE, FLOORS, SIZES, PEERS_GROUP)
BARE_WSGI, BARE_FLASK = "bare WSGI", "bare Flask"
UPDATE, HASH_ROUTE, HASH = "bare update", "bare hash route", "hash alone"
LOGIN = "bare login"
LEAN = f"{OURS}, no limits, no trail"
MANY = 1_000_000
WHOLE_PEERS = [name for name in PEERS if name != ROTATING]
LESS_WORK = {(REFRESH, "Flask-JWT-Extended")}
"""Shown without a goal: a refresh that writes nothing cannot detect a stolen token."""


@dataclass(frozen=True)
class Group:
    """Servers that are measured in turn."""

    contenders: Sequence[Contender]
    with_hash_alone: bool = False


def at(users: int) -> str:
    """Return the service's name with so many users."""
    return f"{OURS}, {users:,} users"


def floors() -> Group:
    """Return the service and the least that each of its routes can cost."""
    return Group(
        [
            *_ours_as_used(),
            floor(BARE_WSGI, "bare_wsgi", PROTECTED, alive="/"),
            floor(BARE_FLASK, "bare_flask", PROTECTED),
            floor(UPDATE, "flask_update", REFRESH),
            floor(HASH_ROUTE, "flask_hash", REGISTER),
            floor(LOGIN, "flask_login", AUTHENTICATE),
        ],
        with_hash_alone=True,
    )


def before(commit: str) -> Group:
    """Return the service as it is and as it was at a commit."""
    return Group([*earlier.now(), *earlier.earlier(commit)])


def sizes(users: Sequence[int]) -> Group:
    """Return the service with few and with many users."""
    return Group([ours(count, at(count)) for count in users])


def peers() -> Group:
    """Return the service and its peers, with the service's hash and with their own."""
    same = [peer(name) for name in PEERS]
    own = [peer(name, OWN) for name in WHOLE_PEERS]
    return Group([*_ours_as_used(), lean(PEER_USERS, LEAN), *same, *own])


def servers() -> Group:
    """Return the service on each WSGI server."""
    return Group(
        [
            ours(PEER_USERS, "granian", granian, (PROTECTED,)),
            ours(PEER_USERS, "gunicorn", gunicorn, (PROTECTED,)),
            ours(PEER_USERS, "waitress", waitress, (PROTECTED,)),
        ]
    )


def plain() -> Group:
    """Return the servers whose memory and cold starts are compared."""
    bare = floor(BARE_FLASK, "bare_flask", PROTECTED)
    return Group([ours(PEER_USERS), bare, *map(peer, WHOLE_PEERS)])


def _ours_as_used() -> list[Contender]:
    """Return the service behind a proxy for endpoints with limits, and without one for the others.

    Reading the proxy's header takes time, which the compared servers do not need.
    """
    limited = (REFRESH, AUTHENTICATE, REGISTER)
    return [direct(PEER_USERS), ours(PEER_USERS, endpoints=limited)]


def layout_of(group: str) -> str:
    """Return the layout of cores that a group is measured in."""
    return APART if group in _APART else TOGETHER


def offered(name: str) -> tuple[str, ...]:
    """Return the endpoints that a peer has."""
    return PEERS[name][2]


def comparisons(group: str, users: Sequence[int]) -> list[Comparison]:
    """Return the comparisons of a group, with their goals."""
    if group == FLOORS:
        return _against_floors()
    if group == BEFORE:
        return [
            Comparison(endpoint, OURS, earlier.NAME, 0.97)
            for endpoint in (PROTECTED, REFRESH, AUTHENTICATE)
        ]
    if group == SHARED:
        return [replace(one, target=None) for one in _against_floors()]
    if group == SIZES:
        smallest, *larger = sorted(users)
        return [
            Comparison(endpoint, at(count), at(smallest), 0.90 if count >= MANY else None)
            for endpoint in ENDPOINTS
            for count in larger
        ]
    if group == PEERS_GROUP:
        hashing = (AUTHENTICATE, REGISTER)
        return [
            *(
                Comparison(e, OURS, name, None if (e, name) in LESS_WORK else 1.0)
                for e in ENDPOINTS
                for name in PEERS
                if e in offered(name)
            ),
            *(Comparison(e, LEAN, name) for e in hashing for name in WHOLE_PEERS),
            *(Comparison(e, OURS, f"{name}, own hash") for e in hashing for name in WHOLE_PEERS),
        ]
    if group == SERVERS:
        return [Comparison(PROTECTED, name, "granian") for name in ("gunicorn", "waitress")]
    figures = ("pss", "uss", "rss") if group == MEMORY else ("seconds",)
    moments = ("idle", "after load") if group == MEMORY else ("in process", "server")
    return [
        Comparison(moment, name, BARE_FLASK, figure=figure)
        for moment in moments
        for name in (OURS, *WHOLE_PEERS)
        for figure in figures
    ]


def _against_floors() -> list[Comparison]:
    return [
        Comparison(PROTECTED, OURS, BARE_FLASK, 0.90),
        Comparison(PROTECTED, OURS, BARE_WSGI),
        Comparison(REFRESH, OURS, UPDATE, 0.80),
        Comparison(AUTHENTICATE, OURS, HASH, 0.95),
        Comparison(AUTHENTICATE, LOGIN, HASH),
        Comparison(AUTHENTICATE, OURS, LOGIN),
        Comparison(REGISTER, OURS, HASH_ROUTE),
    ]
