"""Where a request came from."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](?::\d+)?|(?P<v4>[\d.]+):\d+")
_IPV6_CLIENT_BITS = 64


@dataclass(frozen=True, slots=True)
class Client:
    """The program and the address behind a request.

    Attributes:
        address: the IP address as text, or an empty string when it is not known.
        user_agent: what the program calls itself, cut to 256 characters.
    """

    address: str
    user_agent: str

    @property
    def network(self) -> str:
        """What counts as one client, see `network`."""
        return network(self.address)


@lru_cache(1024)
def network(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address (S28).

    A port that a proxy wrote behind the address is left out; any other text is returned as it is.
    """
    found = _WITH_PORT.fullmatch(address)
    bare = (found["v6"] or found["v4"]) if found else address
    try:
        parsed = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _IPV6_CLIENT_BITS), strict=False))


UNKNOWN = Client("", "")
