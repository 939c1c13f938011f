"""`JWT_SECRET_FILE` and its like: secrets in files."""

from __future__ import annotations

import secrets
from dataclasses import fields
from pathlib import Path

import pytest

from authapi.settings import Settings, SettingsError
from tests.settings.variables import ENOUGH, MAILS, SAMPLES

SECRETS = sorted(spec.metadata["variable"] for spec in fields(Settings) if spec.metadata["secret"])

ENOUGH_FOR_ALL = {**ENOUGH, **MAILS}


def problems(**changed: str) -> list[str]:
    """Return what keeps a service of these settings from starting."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({**ENOUGH, **changed})
    return refused.value.problems


def test_every_secret_may_stand_in_a_file() -> None:
    """S77: Other settings may not."""
    expected = [
        "INTROSPECTION_SECRET",
        "JWT_KEYS",
        "JWT_SECRET",
        "JWT_SECRET_PREVIOUS",
        "MAIL_URL",
        "METRICS_TOKEN",
    ]
    assert [*expected, "MONGO_URI"] == SECRETS


@pytest.mark.parametrize("written", ["{}", "{}\n", "{}\r\n", " {}\n\n", "\ufeff{}\r\n"])
@pytest.mark.parametrize("variable", SECRETS)
def test_a_file_says_what_the_variable_would(variable: str, written: str, tmp_path: Path) -> None:
    """S77: A line end or a byte order mark is removed."""
    text, _ = SAMPLES[variable]
    file = tmp_path / "secret"
    file.write_bytes(written.format(text).encode())
    without = {name: value for name, value in ENOUGH_FOR_ALL.items() if name != variable}
    from_file = Settings.from_environ({**without, f"{variable}_FILE": str(file)})
    assert from_file == Settings.from_environ({**ENOUGH_FOR_ALL, variable: text})
    assert text not in repr(from_file)


@pytest.mark.parametrize("variable", SECRETS)
def test_both_are_refused(variable: str, tmp_path: Path) -> None:
    """S77: A variable and its file together are an error."""
    file = tmp_path / "secret"
    text, _ = SAMPLES[variable]
    file.write_text(text)
    [problem] = problems(**{variable: text, f"{variable}_FILE": str(file)})
    assert problem == f"{variable} and {variable}_FILE are both set; take one away"


def test_a_file_that_cannot_be_used_is_named_by_its_variable(tmp_path: Path) -> None:
    """S77: Missing, empty and binary files are errors, all reported at once."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "weak").write_text("replace-me")
    environ = {
        "JWT_SECRET_FILE": str(tmp_path / "weak"),
        "JWT_SECRET_PREVIOUS_FILE": str(tmp_path / "empty"),
        "JWT_KEYS_FILE": str(tmp_path),
        "METRICS_TOKEN_FILE": str(tmp_path / "binary"),
        "MONGO_URI_FILE": str(tmp_path / "missing"),
    }
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(environ)
    said = dict(problem.split(" ", 1) for problem in refused.value.problems)
    assert said.keys() == environ.keys()
    assert said["JWT_SECRET_FILE"].startswith("is shorter than 32 bytes")
    assert said["JWT_SECRET_PREVIOUS_FILE"] == "names an empty file"
    for variable in ("JWT_KEYS_FILE", "METRICS_TOKEN_FILE", "MONGO_URI_FILE"):
        assert said[variable].startswith("names a file that cannot be read")


def test_the_file_of_a_secret_is_known(tmp_path: Path) -> None:
    """S18: The start can warn if other users can read it."""
    file = tmp_path / "secret"
    file.write_text(secrets.token_urlsafe(48))
    settings = Settings.from_environ(
        {"JWT_SECRET_FILE": str(file), "MONGO_URI": ENOUGH["MONGO_URI"]}
    )
    assert settings.jwt_secret is not None
    assert settings.jwt_secret.source == file
