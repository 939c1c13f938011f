"""The browser extension, end to end: browsers, the service, and a proxy between them."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Whatever JSON can say."""
