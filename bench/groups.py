"""The groups of contenders that are measured together, and what is compared within each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    Contender,
    floor,
    granian,
    gunicorn,
    lean,
    ours,
    peer,
    waitress,
)
from bench.ratios import Comparison

FLOORS, SIZES, PEERS_GROUP, SERVERS, MEMORY, COLD = (
    "floors",
    "ours",
    "peers",
    "servers",
    "memory",
    "cold",
)
ALL = (FLOORS, SIZES, PEERS_GROUP, SERVERS, MEMORY, COLD)
BARE_WSGI, BARE_FLASK = "bare WSGI", "bare Flask"
UPDATE, HASH_ROUTE, HASH = "bare update", "bare hash route", "hash alone"
LOGIN = "bare login"
LEAN = f"{OURS}, no limits, no trail"
MANY = 1_000_000


@dataclass(frozen=True)
class Group:
    """Contenders that take turns, and what is made of their figures."""

    contenders: Sequence[Contender]
    with_hash_alone: bool = False


def at(users: int) -> str:
    """Return the service's name with so many users."""
    return f"{OURS}, {users:,} users"


def floors() -> Group:
    """Return the service and the least that each of its routes can cost."""
    return Group(
        [
            ours(PEER_USERS),
            floor(BARE_WSGI, "bare_wsgi", PROTECTED, alive="/"),
            floor(BARE_FLASK, "bare_flask", PROTECTED),
            floor(UPDATE, "flask_update", REFRESH),
            floor(HASH_ROUTE, "flask_hash", AUTHENTICATE, REGISTER),
            floor(LOGIN, "flask_login", AUTHENTICATE),
        ],
        with_hash_alone=True,
    )


def sizes(users: Sequence[int]) -> Group:
    """Return the service with few and with many users."""
    return Group([ours(count, at(count)) for count in users])


def peers() -> Group:
    """Return the service and its peers, with the service's hash and with their own."""
    same = [peer(name) for name in PEERS]
    own = [peer(name, OWN) for name in PEERS]
    return Group([ours(PEER_USERS), lean(PEER_USERS, LEAN), *same, *own])


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
    """Return what memory and cold starts are compared for."""
    return Group([ours(PEER_USERS), floor(BARE_FLASK, "bare_flask", PROTECTED), *map(peer, PEERS)])


def offered(name: str) -> tuple[str, ...]:
    """Return the endpoints that a peer has."""
    return PEERS[name][2]


def comparisons(group: str, users: Sequence[int]) -> list[Comparison]:
    """Return what a group is measured for, with the goals."""
    if group == FLOORS:
        return [
            Comparison(PROTECTED, OURS, BARE_FLASK, 0.90),
            Comparison(PROTECTED, OURS, BARE_WSGI),
            Comparison(REFRESH, OURS, UPDATE, 0.80),
            Comparison(AUTHENTICATE, OURS, HASH, 0.95),
            Comparison(AUTHENTICATE, LOGIN, HASH),
            Comparison(AUTHENTICATE, OURS, LOGIN),
            Comparison(REGISTER, OURS, HASH_ROUTE),
        ]
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
                Comparison(e, OURS, name, 1.0)
                for e in ENDPOINTS
                for name in PEERS
                if e in offered(name)
            ),
            *(Comparison(e, LEAN, name) for e in hashing for name in PEERS),
            *(Comparison(e, OURS, f"{name}, own hash") for e in hashing for name in PEERS),
        ]
    if group == SERVERS:
        return [Comparison(PROTECTED, name, "granian") for name in ("gunicorn", "waitress")]
    figures = ("pss", "uss", "rss") if group == MEMORY else ("seconds",)
    moments = ("idle", "after load") if group == MEMORY else ("in process", "server")
    return [
        Comparison(moment, name, BARE_FLASK, figure=figure)
        for moment in moments
        for name in (OURS, *PEERS)
        for figure in figures
    ]
