r"""The service on Modal.

Once: an account (`modal setup`), a MongoDB server that Modal can reach, and the secrets:

    modal secret create authapi \
        JWT_SECRET="$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')" \
        MONGO_URI='mongodb+srv://user:password@cluster.example.mongodb.net/authapi'

Every other variable of docs/configuration.md may stand in the same secret, except for those that
are set below. Then:

    modal serve modal_deploy.py     try it; it ends with Ctrl+C, and changed files are taken at once
    modal deploy modal_deploy.py    leave it there; prints the address

`modal run` is for jobs and serves nothing.
"""

from pathlib import Path

import modal
from flask import Flask

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

# What is uploaded is listed, so that no `.env`, key or data folder can come along by accident.
# Paths count from the package's folder.
UPLOADED = modal.FilePatternMatcher(
    "**/*.py",
    "core/common_passwords.*",
    "reference/templates/*.html",
    "reference/static/*.js",
)

image = (
    modal.Image.debian_slim(python_version="3.13")
    .uv_pip_install(requirements=[str(REQUIREMENTS)], extra_options="--require-hashes")
    .add_local_python_source("authapi", ignore=~UPLOADED)
)
secret = modal.Secret.from_name("authapi", required_keys=["JWT_SECRET", "MONGO_URI"])
app = modal.App("authapi")


# A container sees all cores of its host: without PASSWORD_HASH_SLOTS as many password hashes would
# run at once, far beyond the memory asked for. Two of 19 MiB fit easily.
@app.function(image=image, secrets=[secret], env={"PASSWORD_HASH_SLOTS": "2"}, cpu=1.0, memory=512)
# One thread per request in flight. 50 of them may be logins (2 hash slots and 48 seats, the rest
# is told to come again), so that 14 are always left for everything that is quick.
@modal.concurrent(max_inputs=64)
@modal.wsgi_app()
def flask_app() -> Flask:
    """Make the service, once per container."""
    from authapi import create_app

    return create_app()
