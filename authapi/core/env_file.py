"""The file `.env`: what is wrong with it, before anything is made of it."""

import sys
from io import StringIO
from pathlib import Path

from dotenv import load_dotenv
from dotenv.parser import parse_stream

from authapi.core.environment import SettingsError


def check_env_file(path: Path) -> None:
    """Refuse a file of which a part would be passed over; one that is not there is none.

    Raises:
        SettingsError: naming each line, and nothing that it holds.
    """
    try:
        text = path.read_text("utf-8") if path.is_file() else ""
    except UnicodeDecodeError:
        raise SettingsError([f"{path} is not UTF-8"]) from None
    except OSError as why:
        raise SettingsError([f"{path} cannot be read: {why.strerror}"]) from None
    wrong = [found.original.line for found in parse_stream(StringIO(text)) if found.error]
    if wrong:
        raise SettingsError(
            [f"{path}, line {line}: no NAME=value, or a quote without its end" for line in wrong]
        )


def load_env_file(path: Path) -> None:
    """Put what a file says into the environment, which wins where both speak.

    Raises:
        SettingsError: see `check_env_file`.
    """
    check_env_file(path)
    load_dotenv(path)


if __name__ == "__main__":  # the `flask` command meets a file that is not UTF-8 with a traceback
    try:
        check_env_file(Path(".env"))
    except SettingsError as problem:
        sys.exit(f"Error: {problem}")
