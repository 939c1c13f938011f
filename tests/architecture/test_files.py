"""Every file obeys `.editorconfig`."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from tests.support.checkouts import listed
from tests.support.servers import ROOT
from tests.support.tools import program

MADE = {".png", ".gz", ".svg"}
TABS = ("Makefile", "*Caddyfile")


def test_every_file_is_as_the_editors_are_told() -> None:
    """It is UTF-8 with line feeds, one at the end, and without trailing blanks."""
    program("git")
    for name in listed():
        path = ROOT / name
        if path.suffix in MADE:
            continue
        text = path.read_bytes().decode()
        assert "\r" not in text, name
        assert not text or text.endswith("\n"), name
        assert not re.search(r"[ \t]$", text, re.MULTILINE), name
        if path.suffix != ".py":  # where texts of other files stand, too
            tabs = any(fnmatch(path.name, each) for each in TABS)
            assert tabs or not re.search(r"^\t", text, re.MULTILINE), name


def test_the_editors_are_told_the_same() -> None:
    """The file names above are those of the section for tabs."""
    text = (ROOT / ".editorconfig").read_text()
    [named] = re.findall(r"^\[\{(.*)\}\]\nindent_style = tab$", text, re.MULTILINE)
    assert tuple(named.split(",")) == TABS
