"""Which database the service uses, and the indexes that all rooms together need there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from authapi.accounts import store as accounts_store
from authapi.audit import store as audit_store
from authapi.core.secrets import Secret
from authapi.database import Database, DatabaseUnavailable, Index
from authapi.embedded import EmbeddedUnavailable, ensure_running, index_build_mark
from authapi.limits import store as limits_store
from authapi.revocation import store as revocation_store
from authapi.sessions import store as sessions_store
from authapi.settings import Settings

INDEXES = (
    *accounts_store.INDEXES,
    *sessions_store.INDEXES,
    *revocation_store.INDEXES,
    *audit_store.INDEXES,
    *limits_store.INDEXES,
)


def build_database(settings: Settings) -> Database:
    """Return the database that the settings name, or in development the embedded one."""
    uri, building = _server(settings.mongo_uri, settings)
    return Database(
        uri,
        name=settings.mongo_database,
        timeout_ms=settings.mongo_timeout_ms,
        indexes=_indexes(settings),
        building=building,
    )


def _indexes(settings: Settings) -> tuple[Index, ...]:
    """Return what these settings need; of the mail room nothing is imported where none are sent."""
    if not settings.mails:
        return INDEXES
    from authapi.mail import store as mail_store

    return (*INDEXES, *mail_store.INDEXES)


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
