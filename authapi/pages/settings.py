"""How the pages look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from authapi.core.environment import EnvironmentSettings, variable


def _file(*endings: str) -> Callable[[str], Path]:
    """Read the path of a file whose name ends so."""

    def read(text: str) -> Path:
        try:
            path = Path(text).expanduser().resolve()
            found = path.is_file()
        except (OSError, RuntimeError, ValueError):
            found = False
        if not found or path.suffix.lower() not in endings:
            raise ValueError(f"must be a file that ends in {' or '.join(endings)}")
        return path

    return read


@dataclass(frozen=True)
class PageSettings(EnvironmentSettings):
    """Files of the operator's own; the service serves them itself, so that nothing is foreign."""

    pages_stylesheet: Path | None = variable("PAGES_STYLESHEET", None, _file(".css"))
    pages_logo: Path | None = variable(
        "PAGES_LOGO", None, _file(".svg", ".png", ".webp", ".jpg", ".jpeg")
    )
