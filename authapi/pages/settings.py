"""How the pages look."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from authapi.core.environment import EnvironmentSettings, variable


def _file(*endings: str) -> Callable[[str], Path]:
    """Read the path of a file whose name has one of these endings."""

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
    """The operator's own files; the service serves them, so that no other host is needed."""

    pages_stylesheet: Path | None = variable("PAGES_STYLESHEET", None, _file(".css"))
    pages_logo: Path | None = variable(
        "PAGES_LOGO", None, _file(".svg", ".png", ".webp", ".jpg", ".jpeg")
    )
