"""Chooses the database, and makes the checks of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from authapi.core.clock import MAX_CLOCK_SKEW
from authapi.core.secrets import Secret
from authapi.core.services import Check
from authapi.database import FAILURES, Database, DatabaseUnavailable, name_of
from authapi.embedded import EmbeddedUnavailable, ensure_running, index_build_mark
from authapi.settings import Settings
from authapi.wiring.rooms import collections_of


def build_database(settings: Settings) -> Database:
    """Return the database that the settings name, or in development the embedded one."""
    uri, building = _server(settings.mongo_uri, settings)
    return Database(
        uri,
        name=settings.mongo_database,
        timeout_ms=settings.mongo_timeout_ms,
        indexes=[index for each in collections_of(settings) for index in each.indexes],
        building=building,
    )


def database_checks(database: Database) -> dict[str, Check]:
    """Return the checks of `/readyz` about the database, by name."""

    def answers() -> str | None:
        try:
            database.ping()
        except FAILURES as error:
            told = str(error) if isinstance(error, DatabaseUnavailable) else name_of(error)
            return f"the database does not answer ({told})"
        return None

    def indexes() -> str | None:
        try:
            database.prepare()
            missing = database.missing_indexes()
        except FAILURES as error:
            return str(error) if isinstance(error, DatabaseUnavailable) else "cannot be read"
        return f"missing: {', '.join(missing)}" if missing else None

    def clock() -> str | None:
        apart = round(database.server_time.offset.total_seconds())
        if abs(apart) <= MAX_CLOCK_SKEW.total_seconds():
            return None
        return f"{abs(apart)} seconds {'behind' if apart > 0 else 'ahead of'} the database's"

    return {"database": answers, "indexes": indexes, "clock": clock}


def _server(
    named: Secret | None, settings: Settings
) -> tuple[Callable[[], str], Callable[[], AbstractContextManager[bool]] | None]:
    if named is not None:
        return named.reveal, None
    folder = settings.instance / "mongo"

    def embedded_uri() -> str:
        try:
            return ensure_running(folder)
        except EmbeddedUnavailable as error:
            raise DatabaseUnavailable(str(error)) from error

    return embedded_uri, lambda: index_build_mark(folder)
