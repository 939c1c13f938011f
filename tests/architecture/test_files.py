"""Every file is as `.editorconfig` tells editors to write it."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from tests.support.checkouts import listed
from tests.support.servers import ROOT
from tests.support.tools import program

MADE = {".png", ".gz", ".svg"}
TABS = ("Makefile", "*Caddyfile")


def test_every_file_is_as_the_editors_are_told() -> None:
    """UTF-8, line feeds, one at the end, no blanks before them; tabs where they mean something."""
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
    """The names above are those of its section for tabs."""
    text = (ROOT / ".editorconfig").read_text()
    [named] = re.findall(r"^\[\{(.*)\}\]\nindent_style = tab$", text, re.MULTILINE)
    assert tuple(named.split(",")) == TABS
