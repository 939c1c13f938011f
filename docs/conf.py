"""How the pages of this folder become a site: `make docs`."""

import os
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

HERE = Path(__file__).parent
FILES = os.environ.get("DOCS_FILES") or HERE.parent.as_uri()
"""Where links out of this folder lead: this checkout, or the address of its files on the web."""

project = html_title = "authapi"
language = "en"
extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_url_schemes = {"http": None, "https": None, "files": FILES + "/{{path}}"}
html_theme = "furo"
html_static_path, html_css_files = ["static"], ["site.css"]
html_show_search_summary = False  # the search works without a web server then
html_copy_source = html_show_sphinx = html_show_copyright = False


def prepare(_: Sphinx, page: str, source: list[str]) -> None:
    """Change a page's text before it is read."""
    source[0] = leading_out(page, source[0])
    if page == "index":
        source[0] += "".join(sidebar(source[0]))


def leading_out(page: str, text: str) -> str:
    """Let links to the rest of the checkout lead there; a link to nothing is a warning."""

    def out(link: re.Match[str]) -> str:
        if not (HERE.parent / link[1]).exists():
            logging.getLogger(__name__).warning("no such file: %s", link[1], location=page)
        return f"](files:{link[1]})"

    return re.sub(r"\]\(\.\./([^)]+)\)", out, text)


def sidebar(index: str) -> list[str]:
    """Make the site's sidebar of the first page, whose lists are readable without it."""
    parts = [part.partition("\n") for part in index.split("\n## ")[1:]]
    pages = [(title, re.findall(r"^- \[.*?\]\((.+)\.md\)", body, re.M)) for title, _, body in parts]
    toctree = "\n\n```{{toctree}}\n:caption: {}\n:hidden:\n\n{}\n```\n"
    return [toctree.format(title, "\n".join(names)) for title, names in pages]


def setup(app: Sphinx) -> None:
    """Have each page prepared."""
    app.connect("source-read", prepare)
