"""A server that uses the service before it forks its workers."""

import subprocess
import sys

from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE

SCRIPT = """
import os, secrets
from authapi import create_app
from authapi.database import Database
from authapi.web.services import service

app = create_app()
credentials = {"username": secrets.token_hex(8), "password": "correct horse battery"}

def client():
    with app.app_context():
        return service(Database)["users"].database.client

def works():
    http = app.test_client()
    answer = http.post("/authenticate", json=credentials)
    token = answer.get_json()["access_token"]
    return http.get("/protected", headers={"Authorization": f"Bearer {token}"}).status_code == 200

assert app.test_client().post("/register", json=credentials).status_code == 200
assert works()
before = client()
child = os.fork()
if child == 0:
    own = works() and client() is not before
    os._exit(0 if own else 1)
assert works() and client() is before
assert os.waitpid(child, 0)[1] == 0, "the child does not work"
assert works() and client() is before
"""


def test_parent_and_child_work_with_a_client_each(environment: dict[str, str]) -> None:
    """Both use connections of their own, and PyMongo does not warn."""
    subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", SCRIPT],
        cwd=ROOT,
        env=clean_environment(environment),
        check=True,
        timeout=DEADLINE,
    )
