"""An ordinary user of a minimal Debian, who runs the README's commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.debian import archive
from tests.deploy.machines import Machine, unpacked
from tests.support.checkouts import repository_in
from tests.support.servers import ROOT, free_port

README = (ROOT / "README.md").read_text()
START, LINES, TESTS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
CLONE, ENTER, RUN = START.splitlines()
[ANSWERS] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
STRICT = "--rlimit=RLIMIT_NOFILE=1024"
MEASURE = """size=$(du --total -sm .venv node_modules 2>&- | tail -n 1)
        echo "it took $(($(date +%s) - began)) s and $size with $(.venv/bin/python --version)" """


@contextmanager
def bare_machine(shared: Path, files: Path, release: str, packages: str) -> Iterator[Machine]:
    """Make a Debian with a user who has cloned this project; it is removed at the end.

    Args:
        shared: where test processes that share it keep the archive of its files.
        files: where its files will be.
        release: Debian's name for it.
        packages: what it has besides the least, with commas between.
    """
    with unpacked(archive(shared, release, packages), files) as machine:
        repository_in(files / "srv" / "authapi")
        machine.do("useradd --create-home newcomer && chown -R newcomer /srv/authapi")
        machine.type_as("newcomer", f"export URL=/srv/authapi; {CLONE}")
        yield machine


def serve_and_try(machine: Machine, variables: str = "") -> str:
    """Type `make run`, the README's lines for curl, and Ctrl+C; return all that was said.

    Args:
        machine: where.
        variables: what is set before `make run`, as a shell reads it.
    """
    port = free_port()
    said = machine.type_as(
        "newcomer",
        f"""{ENTER}
        export FLASK_RUN_PORT={port}
        began=$(date +%s)
        {variables} setsid env --default-signal=INT {RUN} > run.log 2>&1 & server=$!
        for _ in $(seq 2400); do
            grep -q 'Running on' run.log && break
            kill -0 $server && sleep 0.5 || break
        done
        {MEASURE}
        {LINES.replace("127.0.0.1:8000", f"127.0.0.1:{port}")}
        (sleep 600; kill -s KILL -- -$server) > /dev/null 2>&1 &
        kill -s INT -- -$server  # as a terminal does at Ctrl+C
        wait $server || echo "it ended by $?"
        cat run.log""",
        STRICT,
    )
    assert f"http://127.0.0.1:{port}" in said
    assert "\n".join(ANSWERS.splitlines()) in said.replace("}{", "}\n{")
    assert "it ended by 130\n" in said, "not by SIGINT"
    assert not re.findall(r"Traceback|\w+Warning", said), said
    return said
