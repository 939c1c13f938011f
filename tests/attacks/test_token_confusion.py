"""Each kind of token works only where it belongs, and has no secret in it."""

import json

from authapi.database import Collections
from tests.attacks.forger import Forger
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.forging import payload_of


def test_a_refresh_token_opens_nothing(visitor: Visitor) -> None:
    """S37: `/protected` refuses it as an invalid token."""
    assert error_code(visitor.protected(visitor.log_in()["refresh_token"])) == (
        401,
        "invalid_token",
    )


def test_an_access_token_refreshes_nothing(visitor: Visitor) -> None:
    """S37: `/refresh` refuses it, and its session goes on."""
    tokens = visitor.log_in()
    refused = visitor.refresh(tokens["access_token"])
    assert error_code(refused) == (400, "invalid_refresh_token")
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


def test_an_access_token_logs_nobody_out(visitor: Visitor) -> None:
    """S37: `/logout` wants the refresh token."""
    tokens = visitor.log_in()
    visitor.log_out(tokens["access_token"])
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


def test_relabelled_tokens_are_refused(visitor: Visitor, forger: Forger) -> None:
    """S37: Each kind has its own key, so that changing `typ` does not help."""
    as_access = forger.refresh(header={"typ": "at+jwt"}, payload={"aud": "authapi", "jti": "x"})
    as_refresh = forger.access(header={"typ": "rt+jwt"}, payload={"gen": 0, "auth_time": 1})
    assert error_code(visitor.protected(as_access)) == (401, "invalid_token")
    assert error_code(visitor.refresh(as_refresh)) == (400, "invalid_refresh_token")


def test_nothing_secret_is_in_a_payload(visitor: Visitor, collections: Collections) -> None:
    """S42: It has only the documented claims: no password, hash or key."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    user = collections["users"].find_one({"name_key": name})
    assert user is not None
    access, refresh = (payload_of(tokens[kind]) for kind in ("access_token", "refresh_token"))
    both = {"iss", "sub", "uid", "sid", "iat", "exp", "auth_time"}
    assert access.keys() == {*both, "aud", "jti", "ep", "amr", "acr"}
    assert refresh.keys() == {*both, "gen"}
    said = json.dumps([access, refresh])
    assert PASSWORD not in said
    assert user["password_hash"] not in said
