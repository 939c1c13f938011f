"""Draws the README's picture of a terminal, light and dark, from real output.

    python scripts/draw_terminal.py [FOLDER]    by default docs/images

It runs the server and the README's commands, so it needs what `make run` installs, and curl.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import textwrap
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, SIZE, LINE, MARGIN = 88, 13, 19, 18
WIDTH = 724
PALETTES = {
    "light": {"paper": "#ffffff", "edge": "#d0d7de", "text": "#1f2328", "prompt": "#4338ca"},
    "dark": {"paper": "#161b22", "edge": "#30363d", "text": "#e6edf3", "prompt": "#a5b4fc"},
}
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def readme_commands() -> list[str]:
    """Return the README's commands for the second terminal."""
    readme = (ROOT / "README.md").read_text("utf-8")
    [block] = re.findall(r"```sh\n(curl -s .*?)```", readme, re.DOTALL)
    return str(block).splitlines()


def outputs() -> tuple[str, list[tuple[str, str]]]:
    """Run the server and the commands; return its output, and each command with its output."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        told = {**os.environ, "AUTHAPI_INSTANCE": folder, "FLASK_RUN_PORT": port}
        server = subprocess.Popen(
            [Path(sys.executable).with_name("flask"), "run"],
            cwd=ROOT,
            env=told,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        said = ""
        for line in server.stderr or ():
            said += line
            if "Running on" in line:
                break
        greeting = said.partition("authapi: a development server")
        greeting = (greeting[1] + greeting[2]).partition("Try it")[0]
        typed = [(line, answer(line.replace(":8000", f":{port}"))) for line in readme_commands()]
        server.terminate()
        server.communicate()
    where = {f":{port}": ":8000", folder: "instance"}
    for found, shown in where.items():
        greeting = greeting.replace(found, shown)
    return greeting, typed


_TOKEN: dict[str, str] = {}


def answer(line: str) -> str:
    """Run a command in a shell that keeps the variable TOKEN; return what it prints."""
    script = f'{line}\necho "TOKEN=$TOKEN" >&2'
    shell = ["sh", "-c", script]
    done = subprocess.run(
        shell, env={**os.environ, **_TOKEN}, capture_output=True, text=True, check=True
    )
    _TOKEN["TOKEN"] = done.stderr.strip().rpartition("TOKEN=")[2]
    return done.stdout.strip()


def rows(command: str, answered: str) -> list[tuple[str, str]]:
    """Return the rows of a command and its output, each with the name of its colour."""
    typed = textwrap.wrap(f"$ {command}", COLUMNS, break_on_hyphens=False)
    return [("prompt", row) for row in typed] + [("text", row) for row in answered.splitlines()]


def drawing(windows: list[list[tuple[str, str]]], palette: dict[str, str]) -> str:
    """Return the windows, one below the other, as SVG."""
    parts, top = [], 1
    for window in windows:
        height = len(window) * LINE + 2 * MARGIN
        parts.append(
            f'<rect x="1" y="{top}" width="{WIDTH - 2}" height="{height}" rx="10"'
            f' fill="{palette["paper"]}" stroke="{palette["edge"]}"/>'
        )
        for number, (kind, row) in enumerate(window, 1):
            parts.append(
                f'<text x="{MARGIN}" y="{top + MARGIN + number * LINE - 6}" xml:space="preserve"'
                f' textLength="{len(row) * SIZE * 0.6:.1f}" fill="{palette[kind]}">'
                f"{escape(row)}</text>"
            )
        top += height + 10
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top - 8}"'
        f' font-family="{FONTS}" font-size="{SIZE}">\n{body}\n</svg>\n'
    )


def main() -> None:
    """Write both pictures."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "images"
    greeting, typed = outputs()
    others = [row for command, answered in typed for row in rows(command, answered)]
    for name, palette in PALETTES.items():
        picture = drawing([rows("make run", greeting), others], palette)
        (folder / f"terminal-{name}.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
