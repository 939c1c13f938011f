"""The operator's stylesheet and logo, and services without pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from authapi.settings import Settings
from tests.pages.conftest import EMPTY
from tests.support.apps import served
from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE

ABSENT = """
import sys, wsgi
answer = wsgi.app.test_client().get('/account/forgot')
print(answer.status_code, [name for name in sys.modules if name.startswith('authapi.pages.routes')])
"""


@pytest.fixture(scope="module")
def dressed(development: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a stylesheet and a logo of its own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.css").write_text(":root { --accent: #0b6e4f; }")
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    own = replace(
        development,
        pages_stylesheet=folder / "own.css",
        pages_logo=folder / "logo.svg",
        mail_language="de",
        public_url="https://accounts.example",
    )
    with served(own) as visitor:
        yield visitor.base_url
        (folder / "logo.svg").unlink()
        gone = requests.get(f"{visitor.base_url}/account/logo", timeout=DEADLINE)
        assert gone.status_code == 404


def test_the_operators_files_come_from_here(dressed: str) -> None:
    """The policy does not change; an SVG opened by itself runs no script."""
    page = requests.get(f"{dressed}/account/forgot", timeout=DEADLINE)
    assert page.text.index("/account/pages.css") < page.text.index("/account/own.css")
    assert '<img src="/account/logo" alt="authapi">' in page.text
    style = requests.get(f"{dressed}/account/own.css", timeout=DEADLINE)
    assert (style.headers["Content-Type"], style.text[:5]) == ("text/css; charset=utf-8", ":root")
    logo = requests.get(f"{dressed}/account/logo", timeout=DEADLINE)
    assert logo.headers["Content-Type"].startswith("image/svg+xml")
    assert "sandbox" in logo.headers["Content-Security-Policy"]


def test_the_language_and_the_origin_are_the_operators(dressed: str) -> None:
    """`MAIL_LANGUAGE` is the default, `PUBLIC_URL` the origin of forms."""
    french = requests.get(
        f"{dressed}/account/forgot", headers={"Accept-Language": "fr"}, timeout=DEADLINE
    )
    assert '<html lang="de">' in french.text
    for origin, status in ((dressed, 403), ("https://accounts.example", 422)):
        answer = requests.post(
            f"{dressed}/account/forgot", data=EMPTY, headers={"Origin": origin}, timeout=DEADLINE
        )
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/account/own.css", "/account/logo", "/account/pages.txt"])
def test_there_is_no_file_that_nobody_named(site: str, path: str) -> None:
    """Only configured files and the pages' own two are served."""
    assert requests.get(f"{site}{path}", timeout=DEADLINE).status_code == 404


def test_home_and_mailbox_lead_there(site: str) -> None:
    """They link the page for a forgotten password."""
    for path in ("/", "/dev/mailbox"):
        page = requests.get(f"{site}{path}", headers={"Accept": "text/html"}, timeout=DEADLINE)
        assert 'href="/account/forgot"' in page.text


def test_without_mail_there_is_no_page(environment: dict[str, str]) -> None:
    """It is a 404, and its code is not imported."""
    found = subprocess.run(
        [sys.executable, "-c", ABSENT],
        env=clean_environment(environment),
        cwd=Path(ROOT),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    assert found.stdout.split(maxsplit=1) == ["404", "[]\n"]
