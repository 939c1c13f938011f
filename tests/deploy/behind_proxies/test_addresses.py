"""The client's own address behind a proxy, whatever the client claims."""

from __future__ import annotations

import pytest

from tests.deploy.behind_proxies.conftest import Come
from tests.deploy.callers import Caller
from tests.deploy.certificates import Certificate
from tests.deploy.mirror import mirror
from tests.deploy.proxies import running
from tests.support.actors import error_code, fresh_name

pytestmark = pytest.mark.external

SOMEBODY_ELSE = "203.0.113.9"
FORGERIES = {
    "X-Forwarded-For": SOMEBODY_ELSE,
    "X_Forwarded_For": SOMEBODY_ELSE,
    "X-Forwarded_For": SOMEBODY_ELSE,
    "Forwarded": f"for={SOMEBODY_ELSE}",
    "X-Real-IP": SOMEBODY_ELSE,
    "X-Forwarded-Proto": "http",
}


def test_a_session_shows_the_address_that_the_client_came_from(come: Come) -> None:
    """S27: It is neither the proxy's nor one that the client claims."""
    caller = come()
    name = caller.new_user()
    login = caller.send(
        "POST",
        "/authenticate",
        json={"username": name, "password": "correct horse battery"},
        headers=FORGERIES,
    )
    bearer = {"Authorization": f"Bearer {login.json()['access_token']}"}
    (session,) = caller.send("GET", "/sessions", headers=bearer).json()["sessions"]
    assert session["address"] == caller.address


@pytest.mark.parametrize("header", FORGERIES)
def test_no_forwarding_header_of_a_clients_reaches_the_service(
    kind: str,
    header: str,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Certificate,
) -> None:
    """S27: The proxy replaces every spelling of these headers by its own."""
    folder = tmp_path_factory.mktemp(kind)
    with mirror() as port, running(kind, port, folder, certificate) as proxy:
        caller = Caller(proxy.https, certificate.chain)
        seen = caller.send("GET", "/seen", headers={header: FORGERIES[header]}).json()["headers"]
        caller.close()
    assert ["X-Forwarded-For", caller.address] in seen
    assert ["X-Forwarded-Proto", "https"] in seen
    assert "x-request-id" in [name.lower() for name, _ in seen]
    if header != "X-Real-IP":  # of no meaning to the service
        assert FORGERIES[header] not in [value for _, value in seen]


def test_limits_are_each_clients_own(come: Come) -> None:
    """A limited client is refused whatever it claims; others are not."""
    greedy, other = come(), come()
    for _ in range(2):
        greedy.new_user()
    for claim in FORGERIES:
        answer = greedy.send(
            "POST",
            "/register",
            json={"username": fresh_name(), "password": "correct horse battery"},
            headers={claim: FORGERIES[claim]},
        )
        assert error_code(answer) == (429, "rate_limited")
    assert other.register(fresh_name()).status_code == 200
