"""What counts as one client's network."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

from hypothesis import given
from hypothesis import strategies as st

from authapi.core.client import network

hosts = st.integers(0, 2**64 - 1)
ipv6 = st.integers(2**64, 2**128 - 1).map(IPv6Address)  # beyond where the mapped ones are


@given(ipv6, hosts)
def test_all_of_a_64_is_one_network(address: IPv6Address, host: int) -> None:
    """S28: The lower half of an IPv6 address does not matter."""
    prefix = int(address) >> 64 << 64
    neighbour = IPv6Address(prefix | host)
    assert network(str(neighbour)) == network(str(address)) == str(IPv6Network((prefix, 64)))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_itself_also_when_mapped(address: IPv4Address) -> None:
    """S28: `::ffff:a.b.c.d`, as a dual-stack socket reports it, is `a.b.c.d`."""
    assert network(str(address)) == network(f"::ffff:{address}") == str(address)


@given(st.text(max_size=60))
def test_any_text_has_a_network(text: str) -> None:
    """Anything that a proxy may write is accepted."""
    assert isinstance(network(text), str)


def test_a_zone_is_no_part_of_an_address() -> None:
    """`fe80::1%eth0` and `fe80::1` are the same."""
    assert network("fe80::1%eth0") == network("fe80::1") == "fe80::/64"
