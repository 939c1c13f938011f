"""The service as `wsgi:app`, but with cheap password hashes, for tests of something else."""

from __future__ import annotations

import os
from dataclasses import replace

from flask import Flask

from authapi import create_app
from authapi.settings import Settings

CHEAP_HASH_KIB = 64
"""Thousands of hashes at the real cost take minutes. `serve.py` and `flask run`, and the tests of
timing and of memory, have the real one."""


def app() -> Flask:
    """Create the app from the environment: `flask --app tests.support.cheap:app run`."""
    return create_app(replace(Settings.from_environ(os.environ), argon2_memory_kib=CHEAP_HASH_KIB))
