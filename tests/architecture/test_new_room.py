"""A new room costs what docs/architecture.md lists, and nothing else."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import ROOT, clean_environment

ROOM = {
    "__init__.py": '"""Notes: a room for a test."""\n',
    "settings.py": """
from dataclasses import dataclass
from authapi.core.environment import variable
from authapi.core.parsers import integer

@dataclass(frozen=True)
class NoteSettings:
    notes_per_user: int = variable("NOTES_PER_USER", 3, integer(1, 9))
""",
    "store.py": """
from authapi.database import Collections, Index, StoredCollection

INDEXES = (Index("notes", [("user_id", 1)]),)
COLLECTIONS = (StoredCollection("notes", INDEXES),)

class NoteStore:
    def __init__(self, collections: Collections) -> None:
        self._collections = collections
    def add(self, user_id: str, text: str) -> None:
        self._collections["notes"].insert_one({"user_id": user_id, "text": text})
    def notes_of_user(self, user_id: str) -> list[str]:
        return [note["text"] for note in self._collections["notes"].find({"user_id": user_id})]
    def erase_user(self, user_id: str) -> None:
        self._collections["notes"].delete_many({"user_id": user_id})
""",
    "service.py": """
from typing import Any
from authapi.core.services import Subject
from authapi.notes.settings import NoteSettings
from authapi.notes.store import NoteStore

class Notes:
    collections = ("notes",)
    def __init__(self, store: NoteStore, settings: NoteSettings) -> None:
        self._store, self.most = store, settings.notes_per_user
    def add(self, user_id: str, text: str) -> None:
        self._store.add(user_id, text)
    def export(self, subject: Subject) -> dict[str, Any]:
        return {"notes": self._store.notes_of_user(subject.id)}
    def erase(self, subject: Subject) -> None:
        self._store.erase_user(subject.id)
""",
    "routes.py": """
from authapi.notes.service import Notes
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.services import service

blueprint = Blueprint("notes", __name__)

@blueprint.route("/notes", methods=["POST"])
@token_required
def add() -> dict[str, object]:
    notes = service(Notes)
    notes.add(current_identity.user_id, "milk")
    return {"status": "ok", "most": notes.most}
""",
    "room.py": """
from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.database import Database
from authapi.notes.service import Notes
from authapi.notes.settings import NoteSettings
from authapi.notes.store import COLLECTIONS, NoteStore

__all__ = ["COLLECTIONS", "build"]

def build(services: Services, settings: NoteSettings, clock: Clock) -> None:
    notes = services.add(Notes(NoteStore(services[Database]), settings))
    services.personal_data.append(notes)
""",
}
"""1. The folder with its files."""

EDITS = {
    "authapi/wiring/rooms.py": [  # 2.
        (
            "\nfrom authapi.wiring import links\n",
            "\nfrom authapi.wiring import links\nfrom authapi.notes import room as notes\n",
        ),
        (
            "        signin,\n",
            "        notes,\n        signin,\n",
        ),
    ],
    "authapi/settings.py": [  # 3.
        (
            "@dataclass(frozen=True)\nclass Settings(",
            "from authapi.notes.settings import NoteSettings\n"
            "@dataclass(frozen=True)\nclass Settings(\n    NoteSettings,",
        ),
    ],
    "authapi/auth/__init__.py": [  # 4.
        (
            "\ndef auth_blueprint",
            "\nfrom authapi.notes.routes import blueprint as notes\ndef auth_blueprint",
        ),
        ("    return blueprint", "    blueprint.register_blueprint(notes)\n    return blueprint"),
    ],
    "pyproject.toml": [
        ('  "authapi.accounts",\n', '  "authapi.notes",\n  "authapi.accounts",\n')
    ],  # 5.
}
"""2. to 5., as the list has them."""

USE = """
from authapi import create_app
client = create_app().test_client()
who = {"username": "ann-%s", "password": "correct horse battery"}
assert client.post("/register", json=who).status_code == 200
tokens = client.post("/authenticate", json=who).json
headers = {"Authorization": "Bearer " + tokens["access_token"]}
assert client.post("/notes", headers=headers).json == {"status": "ok", "most": 5}
assert client.get("/me/export", headers=headers).json["notes"] == ["milk"]
assert client.get("/readyz").status_code == 200
assert client.delete("/me", json={"password": who["password"]}, headers=headers).status_code == 200
from authapi.database import Database
from authapi.web.services import services_of
database = services_of(client.application)[Database]
assert database["notes"].count_documents({}) == 0
assert "user_id_1" in database["notes"].index_information()
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the package with one more room."""
    shutil.copytree(ROOT / "authapi", tmp_path / "authapi")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, text in ROOM.items():
        path = tmp_path / "authapi" / "notes" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for name, edits in EDITS.items():
        path = tmp_path / name
        code = path.read_text()
        for old, new in edits:
            assert code.count(old) == 1, (name, old)
            code = code.replace(old, new)
        path.write_text(code)
    return tmp_path


def test_a_room_is_added_by_the_list(checkout: Path, environment: dict[str, str]) -> None:
    """Settings, indexes, an endpoint, export and deletion: one folder, and four edits."""
    own = {
        **environment,
        "NOTES_PER_USER": "5",
        "MONGO_DATABASE": f"test_{secrets.token_hex(6)}",
        "PYTHONPATH": str(checkout),
    }
    program = USE % secrets.token_hex(4)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=checkout,
        env=clean_environment(own),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    linted = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=checkout,
        env=clean_environment({"PYTHONPATH": str(checkout)}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_list_names_every_edit() -> None:
    """docs/architecture.md says the files that this test edits, in the same order."""
    text = (
        (ROOT / "docs" / "architecture.md")
        .read_text()
        .partition("## A new room")[2]
        .partition("\n## ")[0]
    )
    listed = re.findall(r"^\d\. .*?`([\w/<>.]+)`", text, re.M)
    assert listed == ["authapi/<room>/", *EDITS]
