"""Small private files."""

from pathlib import Path

import pytest

from authapi.core.durable_files import create_durably, write_durably


def test_a_draft_does_not_stay(tmp_path: Path) -> None:
    """It holds a secret; and a file that is a mount of its own cannot be replaced."""
    create_durably(tmp_path / "file", "secret")
    create_durably(tmp_path / "file", "another")
    (tmp_path / "mount").mkdir()
    with pytest.raises(IsADirectoryError):
        write_durably(tmp_path / "mount", "secret")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "mount"}
    assert (tmp_path / "file").read_text() == "secret"
