"""`docs/errors.md` lists the catalogue of errors."""

import re

from authapi.core.errors import CATALOGUE
from tests.support.servers import ROOT

_ROW = re.compile(r"^\|\s*`([a-z_]+)`\s*\|\s*(\d{3})[^|]*\|\s*([^|]*?)\s*\|", re.M)


def test_every_code_is_documented_with_its_status_and_message() -> None:
    """Contract 1: Codes and rows correspond."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    documented = {
        code: (int(status), words.strip('`"“”')) for code, status, words in _ROW.findall(text)
    }
    assert documented == {
        code.value: (int(kind.status), kind.message) for code, kind in CATALOGUE.items()
    }
