"""CORS, bodies, proxies, documentation and logging."""

import re
from dataclasses import dataclass

from authapi.core.environment import EnvironmentSettings, variable
from authapi.core.origins import (
    CHROME_EXTENSION,
    FIREFOX_EXTENSION,
    SITE,
    THIS_MACHINE,
    WITHOUT_USUAL_PORT,
)
from authapi.core.parsers import choice, each, integer

_EXACT = "|".join((SITE, THIS_MACHINE, CHROME_EXTENSION, FIREFOX_EXTENSION))
_ORIGIN = re.compile(f"{WITHOUT_USUAL_PORT}({_EXACT})")

_HEADER = re.compile(r"[A-Za-z0-9_-]+")
"""Field names in use (RFC 9110, 5.1); flask-cors takes others for regular expressions."""

_headers = each(_HEADER, "is no header's name; write them out, such as X-Tenant")
_origins = each(
    _ORIGIN,
    "is not an exact origin; write https://host, chrome-extension://<id> or moz-extension://<id>,"
    " without a path or the usual port",
)


@dataclass(frozen=True)
class WebSettings(EnvironmentSettings):
    """The settings of HTTP."""

    cors_origins: tuple[str, ...] = variable("CORS_ORIGINS", (), _origins)
    cors_headers: tuple[str, ...] = variable("CORS_HEADERS", (), _headers)
    max_body_bytes: int = variable("MAX_BODY_BYTES", 32_768, integer(16_384, 16_777_216))
    trusted_proxies: int = variable("TRUSTED_PROXIES", 0, integer(0, 10))
    docs: str = variable("DOCS", "on", choice("on", "off"))
    protected_sample: str = variable("PROTECTED_SAMPLE", "on", choice("on", "off"))
    log_level: str = variable("LOG_LEVEL", "INFO", choice("DEBUG", "INFO", "WARNING", "ERROR"))
