"""The data key: random, seals secrets that must be read again, survives a rotation."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from authapi.core.errors import away
from authapi.core.secrets import MasterSecrets, derive_key, key_id
from authapi.factors.sealing import SealBroken, new_key, seal, unseal
from authapi.factors.store import DataKeyStore, Wrapping

_PURPOSE = "data key"
_log = logging.getLogger("authapi.keys")


class DataKeyLost(Exception):
    """No secret that this service has opens the data key."""


class DataKey:
    """Opens the data key at its first use; wraps it with the present secret if need be.

    Args:
        masters: the secrets that may open it (S112).
    """

    def __init__(self, store: DataKeyStore, masters: MasterSecrets) -> None:
        self._store = store
        self._wrapping_keys = {
            key_id(key): key for key in (derive_key(master, _PURPOSE) for master in masters)
        }
        self._key: bytes | None = None

    def seal(self, secret: str, *purpose: str) -> bytes:
        """Seal `secret`; the box opens for that purpose alone.

        The stored key is read each time: after a restore it may be another one, and a box sealed
        with the former key could not be opened any more.

        Raises:
            ApiError: `service_unavailable` when the data key cannot be opened.
        """
        return seal(self._opened(anew=True), secret.encode(), *purpose)

    def unseal(self, box: bytes, *purpose: str) -> str:
        """Return what is in a box.

        Raises:
            ApiError: `service_unavailable` when it cannot be opened: then nobody gets in (S112).
        """
        with suppress(SealBroken):
            return unseal(self._opened(), box, *purpose).decode()
        try:
            return unseal(self._opened(anew=True), box, *purpose).decode()
        except SealBroken:
            _log.exception("a sealed secret does not open: was another key restored?")
            raise away() from None

    def status(self) -> dict[str, bool]:
        """Return whether this service opens each wrapping, by the wrapping's id."""
        return {
            each.kid: self._unwrap(each) is not None for each in self._store.find_wrappings() or ()
        }

    def rewrap(self) -> bool:
        """Leave no wrapping but the one of the present secret; False when there is no key yet.

        Raises:
            DataKeyLost: when no wrapping opens.
        """
        while (found := self._store.find_wrappings()) is not None:
            if self._store.replace(found, [self._wrap(self._open(found))]):
                return True
        return False

    def _opened(self, *, anew: bool = False) -> bytes:
        key = None if anew else self._key
        if key is None:
            try:
                key = self._key = self._find_or_create()
            except DataKeyLost:
                _log.error("the data key does not open: JWT_SECRET was changed without overlap")
                raise away() from None
        return key

    def _find_or_create(self) -> bytes:
        present = next(iter(self._wrapping_keys))
        while True:
            found = self._store.find_wrappings()
            if found is None:
                key = new_key()
                if self._store.create(self._wrap(key)):
                    return key
                continue  # another process was first: its key is the one
            key = self._open(found)
            if any(each.kid == present for each in found):
                return key
            if self._store.replace(found, [self._wrap(key), *found]):
                return key

    def _open(self, found: Sequence[Wrapping]) -> bytes:
        opened = (self._unwrap(each) for each in found)
        key = next((key for key in opened if key is not None), None)
        if key is None:
            raise DataKeyLost
        return key

    def _unwrap(self, wrapping: Wrapping) -> bytes | None:
        wrapping_key = self._wrapping_keys.get(wrapping.kid)
        if wrapping_key is None:
            return None
        try:
            return unseal(wrapping_key, wrapping.box, _PURPOSE)
        except SealBroken:
            return None

    def _wrap(self, key: bytes) -> Wrapping:
        kid, wrapping_key = next(iter(self._wrapping_keys.items()))
        return Wrapping(kid, seal(wrapping_key, key, _PURPOSE))
