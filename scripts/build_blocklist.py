"""Builds the list of common passwords from two packages, pinned by their hashes.

    python scripts/build_blocklist.py

The same sources give the same list. To update it, change the pins in
scripts/blocklist-sources.txt, run this script, and commit what it wrote.
"""

import ast
import gzip
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from fetching import fetch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from authapi.passwords.blocklist import LIST, folded  # noqa: E402 - the service's own form of a password
from authapi.passwords.rules import MINIMUM_LENGTH  # noqa: E402

SOURCES = ROOT / "scripts" / "blocklist-sources.txt"
LICENCES = LIST.with_name("common_passwords.LICENCES.txt")
LICENCE_FILES = ("licenses/LICENSE", "dist-info/LICENSE.txt")


def main() -> None:
    """Download the sources, and write the list and their licences."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = fetch(SOURCES, Path(folder))
        passwords = sorted({*keep(django(wheels)), *keep(zxcvbn(wheels))})
        licences = [f"{wheel.name}\n\n{licence(wheel)}\n" for wheel in wheels]
    packed = gzip.compress("\n".join(passwords).encode(), mtime=0)
    LIST.write_bytes(packed)
    LICENCES.write_text(f"{LIST.name} is made of parts of:\n\n" + "\n".join(licences))
    print(f"{LIST.relative_to(ROOT)}: {len(passwords)} passwords, {len(packed)} bytes")


def django(wheels: list[Path]) -> Iterator[str]:
    """Return the passwords in Django's wheel."""
    packed = member(wheels, "django-", "django/contrib/auth/common-passwords.txt.gz")
    yield from gzip.decompress(packed).decode().split("\n")


def zxcvbn(wheels: list[Path]) -> Iterator[str]:
    """Return the passwords in zxcvbn's wheel, without running its code."""
    module = ast.parse(member(wheels, "zxcvbn-", "zxcvbn/frequency_lists.py"))
    [lists] = [node for node in ast.walk(module) if isinstance(node, ast.Dict)]
    names = [ast.literal_eval(name) for name in lists.keys if name is not None]
    joined = lists.values[names.index("passwords")]  # "…".split(",")
    [text] = [
        node.value
        for node in ast.walk(joined)
        if isinstance(node, ast.Constant) and node.value != ","
    ]
    yield from str(text).split(",")


def keep(passwords: Iterator[str]) -> Iterator[str]:
    """Return the passwords that are long enough, in the form in which they are compared."""
    for password in map(folded, passwords):
        if len(password) >= MINIMUM_LENGTH:
            yield password


def licence(wheel: Path) -> str:
    """Return the text of the wheel's licence."""
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(LICENCE_FILES)]
        return archive.read(name).decode()


def member(wheels: list[Path], wheel: str, name: str) -> bytes:
    """Return the content of a file in the wheel whose name begins with `wheel`."""
    [path] = [path for path in wheels if path.name.startswith(wheel)]
    with ZipFile(path) as archive:
        return archive.read(name)


if __name__ == "__main__":
    main()
