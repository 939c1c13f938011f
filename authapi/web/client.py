"""The client behind the current request."""

from flask import request

from authapi.core.client import Client


def client() -> Client:
    """Return the current request's client."""
    return Client.of(request.remote_addr, request.headers.get("User-Agent"))
