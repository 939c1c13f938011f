"""What counts as one client."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

from hypothesis import given
from hypothesis import strategies as st

from authapi.core.client import network

hosts = st.integers(0, 2**64 - 1)
ipv6 = st.integers(2**64, 2**128 - 1).map(IPv6Address)  # beyond where the mapped ones are


@given(ipv6, hosts)
def test_all_of_a_64_is_one_network(address: IPv6Address, host: int) -> None:
    """S28: whatever the lower half of an IPv6 address."""
    prefix = int(address) >> 64 << 64
    neighbour = IPv6Address(prefix | host)
    assert network(str(neighbour)) == network(str(address)) == str(IPv6Network((prefix, 64)))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_itself_also_when_mapped(address: IPv4Address) -> None:
    """S28: `::ffff:a.b.c.d` is what a dual-stack socket makes of `a.b.c.d`."""
    assert network(str(address)) == network(f"::ffff:{address}") == str(address)


@given(st.text(max_size=60))
def test_any_text_has_a_network(text: str) -> None:
    """Whatever a proxy writes, nothing breaks, and a network is a network of itself."""
    assert isinstance(network(text), str)


def test_a_zone_is_no_part_of_an_address() -> None:
    """`fe80::1%eth0` and `fe80::1` are one."""
    assert network("fe80::1%eth0") == network("fe80::1") == "fe80::/64"
