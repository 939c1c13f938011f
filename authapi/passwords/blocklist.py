"""Refuses passwords that are guessed first: common ones, and names (S6, S7).

The list is the union of Django's 20,000 and zxcvbn's 30,000 most common passwords, those of eight
characters and more; `scripts/build_blocklist.py` makes it.
"""

import gzip
import unicodedata
from functools import cache
from pathlib import Path

from authapi.core.errors import ApiError, ErrorCode
from authapi.passwords.rules import normalise

LIST = Path(__file__).with_name("common_passwords.txt.gz")
_SHORTEST_NAME = 3


class Blocklist:
    """Accepts every password; subclasses say which are too easily guessed."""

    def problems(self, password: str, username: str) -> list[str]:
        """Return why `username` must not choose `password`, in sentences for people."""
        return []

    def refuse(self, field: str, password: str, username: str) -> None:
        """Refuse a password that is too easily guessed for the user of that name.

        Raises:
            ApiError: `validation_error` about `field`.
        """
        if problems := self.problems(password, username):
            raise ApiError(ErrorCode.VALIDATION_ERROR, errors={field: problems})


class CommonPasswords(Blocklist):
    """Refuses common passwords, and variations of the names of user and service."""

    def __init__(self, *service_names: str) -> None:
        self._service_names = service_names

    def problems(self, password: str, username: str) -> list[str]:
        """Return why `username` must not choose `password` (ASVS 6.2.4, 6.2.11)."""
        found = []
        if folded(password) in _common():
            found.append("This password is on a list of common passwords. Choose another.")
        if any(is_little_more_than(name, password) for name in (username, _mailbox(username))):
            found.append("This password is little more than the username. Choose another.")
        if any(is_little_more_than(name, password) for name in self._service_names):
            found.append("This password is little more than the service's name. Choose another.")
        return found


def folded(password: str) -> str:
    """Return the form in which passwords are compared with the list: NFC, case folded."""
    return normalise(normalise(password).casefold())


def is_little_more_than(name: str, password: str) -> bool:
    """Whether `password` is `name` in any case, perhaps with other digits and marks around it.

    `Ann.2026!` is little more than `ann`; `annexation` and `my ann is great` are more. A name with
    fewer than three letters counts only if it is the whole password: `x` is in too many.
    """
    typed, known = _plain(password), _plain(name)
    if typed == known:
        return True
    core = _between_letters(known)
    return len(core) >= _SHORTEST_NAME and _between_letters(typed) == core


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _between_letters(text: str) -> str:
    """Return `text` from its first letter to its last."""
    letters = [position for position, char in enumerate(text) if char.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _mailbox(username: str) -> str:
    """Return what stands before the @ of an e-mail address; the name itself when it is none."""
    return username.rpartition("@")[0] or username


@cache
def _common() -> frozenset[str]:
    """Read the list, at its first use in each process."""
    return frozenset(gzip.decompress(LIST.read_bytes()).decode().split("\n"))
