"""The ports of embedded databases."""

from __future__ import annotations

import socket

from authapi.embedded import ports


def test_two_databases_that_start_at_once_get_two_ports() -> None:
    """The first has its port also while its server does not listen yet."""
    with ports.reserved() as first, ports.reserved(first) as second:
        assert second != first


def test_a_port_at_which_somebody_listens_is_passed_over() -> None:
    """It may be any program."""
    with ports.reserved() as port, socket.create_server((ports.HOST, port)):
        pass
    with socket.create_server((ports.HOST, port)), ports.reserved(port) as another:
        assert another != port


def test_a_database_gets_its_port_again() -> None:
    """Clients may still hold it."""
    with ports.reserved() as port:
        pass
    with ports.reserved(port) as again:
        assert again == port
