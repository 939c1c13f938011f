"""The objects that one service is made of."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, cast

T = TypeVar("T")


class Services:
    """The objects by their class; a room's `build` adds the room's own.

    Attributes:
        personal_data: the parts of an export and of a deletion, one for each room that has any.
        checks: what `/readyz` checks, by name, in this order.
        features: the answer of `/features`: what this service offers clients.
        well_known: paths at the root of a domain (RFC 8615), each with its path in the service.
        prefix: the path that the service is mounted at in another app; empty when it runs alone.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self._by_class: dict[type, object] = {}
        self.personal_data: list[PersonalData] = []
        self.checks: dict[str, Check] = {}
        self.well_known: dict[str, str] = {}
        self.features: dict[str, object] = {
            "email": "off",
            "reset": False,
            "pages": False,
        }

    def add(self, service: T, kind: type | None = None) -> T:
        """Keep an object under its class, or under the base class `kind`; return it."""
        self._by_class[kind or type(service)] = service
        return service

    def __getitem__(self, kind: type[T]) -> T:
        """Return the object of that class.

        Raises:
            KeyError: when no room added one.
        """
        return cast(T, self._by_class[kind])

    def find(self, kind: type[T]) -> T | None:
        """Return the object of that class, or None when no room added one."""
        return cast("T | None", self._by_class.get(kind))


Check = Callable[[], str | None]
"""Returns None when all is well, else what is wrong, in words that hold no secret."""


class Subject(Protocol):
    """The user whose data is exported or erased: read-only."""

    @property
    def id(self) -> str:
        """The user's permanent id."""
        ...

    @property
    def name_key(self) -> str:
        """The unique form of the user's name."""
        ...


class PersonalData(Protocol):
    """What one room stores about users."""

    @property
    def collections(self) -> Iterable[str]:
        """The collections that `export` and `erase` are about."""
        ...

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return all that the room stores about the user, by the export's member names."""
        ...

    def erase(self, subject: Subject) -> None:
        """Remove all of it; running it again does no harm."""
        ...
