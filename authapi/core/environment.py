"""Settings from the environment: each room declares its own, `parse` reads them."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Protocol

from authapi.core.parsers import choice
from authapi.core.secret_files import read_secret_file
from authapi.core.secrets import Secret

DEVELOPMENT = "development"
PRODUCTION = "production"
_log = logging.getLogger("authapi.settings")
_ALIKE = 0.8  # MONGO_URL and MONGO_URI are 0.89, JWT_SECRET_KEY and JWT_SECRET 0.83


class Declared(Protocol):
    """A dataclass whose fields were declared by `variable`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names every problem."""

    def __init__(self, problems: list[str]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"authapi cannot start:\n{lines}\nSee docs/configuration.md.")
        self.problems = problems


def variable(
    name: str,
    default: Any,  # noqa: ANN401 - as the field's own type has it
    parse: Callable[[str], Any],
    meaning: str = "",
    *,
    secret: bool = False,
) -> Any:  # noqa: ANN401
    """Declare a field of a settings class.

    Args:
        name: of the environment variable.
        default: the field's value where the variable is absent or empty.
        parse: makes the value of a text, or raises ValueError with what the text must be.
        meaning: one line for `--help`, if it lists the variable.
        secret: `NAME_FILE` may name a file that holds it instead, as container images do.
    """
    metadata = {"variable": name, "read": parse, "help": meaning, "secret": secret}
    return field(default=default, metadata=metadata)


def parse(declared: type[Declared], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Read the variables of a settings class; an empty one counts as absent.

    Returns:
        The values by field name, and a problem for each variable that cannot be read.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for spec in fields(declared):
        name, read = spec.metadata["variable"], spec.metadata["read"]
        text, path = environ.get(name, "").strip(), ""
        if spec.metadata["secret"]:
            path = environ.get(f"{name}_FILE", "").strip()
        try:
            if text and path:
                raise ValueError(f"and {name}_FILE are both set; take one away")
            if path:
                values[spec.name] = _from_file(path, read)
            elif text:
                values[spec.name] = read(text)
        except ValueError as problem:
            problems.append(f"{name}{'_FILE' if path and not text else ''} {problem}")
    return values, problems


def near_misses(declared: type[Declared], environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that is no setting, but is named almost like one.

    A setting that is set itself is not meant: the other variable is another program's then.
    """
    names = {spec.metadata["variable"]: spec.metadata["secret"] for spec in fields(declared)}
    known = {*names, *(f"{name}_FILE" for name, secret in names.items() if secret)}
    unset = [name for name in known if not environ.get(name)]
    return [
        f"{name} is no setting: did you mean {meant}?"
        for name in sorted(environ)
        if "_" in name and name not in known
        for meant in get_close_matches(name.upper(), unset, n=1, cutoff=_ALIKE)
    ]


def warn_of_near_misses(declared: type[Declared], environ: Mapping[str, str]) -> None:
    """Log a warning for each of `near_misses`."""
    for sentence in near_misses(declared, environ):
        _log.warning(sentence)


def _from_file(path: str, read: Callable[[str], Any]) -> Any:  # noqa: ANN401
    value = read(read_secret_file(path))
    return Secret(value.reveal(), Path(path).expanduser()) if isinstance(value, Secret) else value


@dataclass(frozen=True)
class EnvironmentSettings:
    """What kind of server this is."""

    environment: str = variable("AUTHAPI_ENV", PRODUCTION, choice(PRODUCTION, DEVELOPMENT))

    @property
    def development(self) -> bool:
        """Whether this is a development server."""
        return self.environment == DEVELOPMENT
