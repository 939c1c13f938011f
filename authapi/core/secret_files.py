"""Secrets in files: one that a development server makes, and files that others can read."""

import logging
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from authapi.core.durable_files import create_durably
from authapi.core.secrets import Secret, weakness

_log = logging.getLogger("authapi.secrets")


def load_or_create_secret(path: Path) -> Secret:
    """Return the secret in the file `path`; make it first when there is none.

    Of two processes that start at once the first one makes it, and both use it.

    Raises:
        OSError: when the folder cannot be written or the file cannot be read.
        ValueError: when the file holds no secret; it says what to do, and nothing of the content.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_durably(path, secrets.token_urlsafe(48))
    problem = weakness(text := _text(path))
    if problem:
        found = problem if text else "is empty"
        raise ValueError(
            f"the secret in {path} {found}: restore the file, or delete it to have another one"
            " made, with which all must log in again"
        )
    return Secret(text, source=path)


def read_secret_file(name: str) -> str:
    """Return the text of the file that a variable names, without white space around it.

    Raises:
        ValueError: when it cannot be read, or holds nothing; it says so in words.
    """
    try:
        text = Path(name).expanduser().read_text("utf-8-sig").strip()
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(f"names a file that cannot be read ({type(error).__name__})") from None
    if not text:
        raise ValueError("names an empty file")
    return text


def warn_of_exposed(values: Iterable[object]) -> None:
    """Log a warning for each secret among `values` whose file every user of the machine can read.

    The group is not looked at: a file of root's that the service's group may read is usual.
    """
    sources = {value.source for value in values if isinstance(value, Secret) and value.source}
    for source in sorted(sources):
        with suppress(OSError):  # gone meanwhile
            if source.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
                _log.warning("%s holds a secret that every user can read: chmod 600 it", source)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        return ""
