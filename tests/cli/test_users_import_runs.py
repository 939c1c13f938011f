"""`flask users import`: repeated runs, dry runs, long files and failures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from authapi.database import Collections
from tests.cli.conftest import Operator, Outcome, flask_process
from tests.cli.imports import imported, in_full, lines, user
from tests.support.actors import Visitor, fresh_name


def test_a_second_run_changes_nothing(
    operator: Operator, visitor: Visitor, collections: Collections
) -> None:
    """Existing users are counted and keep what they have, such as an upgraded hash."""
    name = fresh_name()
    assert imported(operator, user(name))["imported"] == 1
    visitor.log_in(name)
    before = collections["users"].find_one({"username": name})
    again = imported(operator, user(name))
    assert (again["imported"], again["already_there"], again["code"]) == (0, 1, 0)
    assert collections["users"].find_one({"username": name}) == before


def test_a_dry_run_says_what_would_come_of_it_and_stores_nothing(
    operator: Operator, visitor: Visitor, tmp_path: Path
) -> None:
    """It gives the same counts as the real run."""
    there, new = visitor.new_user(), fresh_name()
    file = tmp_path / "users.jsonl"
    file.write_bytes(lines(user(there), user(new), user(new.upper()), user(new), {}))

    def run(*flags: str) -> Outcome:
        return operator("users", "import", str(file), *flags)

    rehearsed = run("--dry-run")
    assert operator("users", "show", new).code == 1
    real = run()
    assert rehearsed.out == real.out.replace("Done", "Dry run, nothing stored")
    assert rehearsed.said == real.said
    assert real.out == in_full(imported=1, already_there=2, refused=2)


def test_a_long_file_shows_progress_and_is_one_event(
    environment: Mapping[str, str], tmp_path: Path, collections: Collections
) -> None:
    """Standard error has a line for every 1,000 lines, and a summary."""
    before = collections["audit_events"].count_documents({"event": "users_imported"})
    batch = fresh_name()
    file = tmp_path / "users.jsonl"
    file.write_bytes(lines(*(user(f"{batch}-{number}") for number in range(2_300)), {}))
    done = flask_process(environment, "users", "import", str(file))
    assert done.code == 1
    progress = [line for line in done.err.splitlines() if line.endswith("…")]
    assert progress == ["1000 lines …", "2000 lines …"]
    assert done.out == in_full(imported=2_300, refused=1)
    assert collections["users"].count_documents({"username": {"$regex": f"^{batch}-"}}) == 2_300
    after = collections["audit_events"].count_documents({"event": "users_imported"})
    assert after == before + 1


def test_a_file_that_is_not_there_is_wrong_usage(operator: Operator) -> None:
    """It gives exit code 2 and the reason."""
    done = operator("users", "import", "nowhere.jsonl")
    assert done.code == 2
    assert "No such file or directory" in done.said


def test_a_database_that_is_away_is_one_line(environment: Mapping[str, str]) -> None:
    """It gives exit code 1; the import can be repeated."""
    away = {**environment, "MONGO_URI": "mongodb://127.0.0.1:1/x", "MONGO_TIMEOUT_MS": "300"}
    done = flask_process(away, "users", "import", "-", stdin=lines(user()))
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("Error: The database does not answer")
