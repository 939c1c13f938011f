"""The browser extension, end to end: real browsers, the real service, and a gate between them."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Whatever JSON can say."""
