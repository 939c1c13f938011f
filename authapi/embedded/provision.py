"""The first start: give the database its user, without whose password it answers nobody."""

import secrets
import subprocess
import sys
import time
from pathlib import Path

from authapi.embedded import ports
from authapi.embedded.folder import USER, Folder, write_durably
from authapi.embedded.server import start, stop


def provision(folder: Folder, program: Path) -> None:
    """Create the user, and write down the password.

    The password is written last: as long as it is missing, all this is done again.
    """
    password = secrets.token_urlsafe(32)
    port = ports.choose()
    server = start(folder, program, port)
    try:
        _wait_until_open(server, port)
        _set_password(port, password)
    finally:
        stop(server, port)
    write_durably(folder.password_file, password)


def _wait_until_open(server: subprocess.Popen[bytes], port: int) -> None:
    while not ports.is_open(port):
        if server.poll() is not None:
            sys.exit(1)  # what it said is in the log
        time.sleep(0.05)


def _set_password(port: int, password: str) -> None:
    from pymongo import MongoClient  # here, as most starts do without

    uri = f"mongodb://{ports.HOST}:{port}/?directConnection=true&w=majority&journal=true"
    with MongoClient[dict[str, object]](uri) as client:
        known = client.admin.command("usersInfo", USER)["users"]
        command = "updateUser" if known else "createUser"
        client.admin.command(command, USER, pwd=password, roles=["root"])
