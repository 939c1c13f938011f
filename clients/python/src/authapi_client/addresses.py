"""The address of an API, and what may be sent there."""

from __future__ import annotations

import re

import httpx

_LOOPBACK = re.compile(r"(.+\.)?localhost|127\.\d+\.\d+\.\d+|::1")


def normalized(address: str | httpx.URL) -> str:
    """Return an address in normal form: lower-case host, no query, no slash at its end.

    Raises:
        ValueError: it is not an http or https address, or contains a password.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError) as error:
        raise ValueError(f"{address!r} is not an address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{str(address)!r} is not an http or https address")
    if url.userinfo:
        raise ValueError("an address must not contain a password")
    path = url.raw_path.decode().partition("?")[0]  # `path` has no escapes any more: %2F would be /
    return f"{url.scheme}://{url.netloc.decode()}{path.rstrip('/')}"


def is_insecure(base_url: str) -> bool:
    """Whether others on the network could read what is sent to a normalized address."""
    url = httpx.URL(base_url)
    return url.scheme == "http" and not is_loopback(url.host)


def is_loopback(host: str) -> bool:
    """Whether what is sent to a host stays on this computer (RFC 6761, 6.3)."""
    return _LOOPBACK.fullmatch(host) is not None


def covers(base_url: str, url: httpx.URL) -> bool:
    """Whether a URL is below a normalized address; tokens are sent nowhere else."""
    return f"{url.copy_with(query=None, fragment=None)}/".startswith(f"{base_url}/")
