"""The paths of the benchmark's data and results."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"
RESULT = BUILD / "result.json"
REQUESTS = BUILD / "requests"
LOGS = BUILD / "logs"
PICTURE = ROOT / "docs" / "performance.svg"
PAGE = ROOT / "docs" / "performance.md"


def data_folder(users: int) -> Path:
    """Return the folder of the embedded database that has so many users."""
    return BUILD / "data" / str(users)
