"""The claims and lifetimes of tokens."""

from dataclasses import replace

from authapi.settings import Settings
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.forging import header_of, payload_of


def test_an_access_token_says_what_rfc_9068_wants(visitor: Visitor) -> None:
    """Contract 3: header `typ` and exactly these claims."""
    name = visitor.new_user()
    pair = visitor.log_in(name)
    token = pair["access_token"]
    claims = payload_of(token)
    assert header_of(token)["typ"] == "at+jwt"
    since = {"ep", "auth_time", "amr", "acr"}  # contract 7
    assert claims.keys() == {"iss", "aud", "sub", "uid", "sid", "iat", "exp", "jti", *since}
    assert (claims["ep"], claims["amr"], claims["acr"]) == (0, ["pwd"], "aal1")
    assert claims["auth_time"] == payload_of(pair["refresh_token"])["iat"]
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("authapi", "authapi", name)
    assert claims["exp"] - claims["iat"] == 15 * 60


def test_a_refresh_token_says_what_its_rotation_needs(visitor: Visitor) -> None:
    """Contract 3: header `typ`, issuer, user, session, generation and times, for 180 days."""
    name = visitor.new_user()
    token = visitor.log_in(name)["refresh_token"]
    claims = payload_of(token)
    assert header_of(token)["typ"] == "rt+jwt"
    assert claims.keys() >= {"iss", "sub", "sid", "gen", "iat", "exp"}
    assert (claims["iss"], claims["sub"], claims["gen"]) == ("authapi", name, 0)
    assert claims["exp"] - claims["iat"] == 180 * 24 * 3600


def test_user_and_session_keep_their_ids_through_a_refresh(visitor: Visitor) -> None:
    """Contract 3: `uid` is the user's for ever, `sid` the session's, `gen` counts its refreshes."""
    name = visitor.new_user()
    first = visitor.log_in(name)
    second = visitor.refresh(first["refresh_token"]).json()
    before, after = payload_of(first["access_token"]), payload_of(second["access_token"])
    assert (before["uid"], before["sid"]) == (after["uid"], after["sid"])
    assert payload_of(second["refresh_token"])["gen"] == 1
    other = payload_of(visitor.log_in(name)["access_token"])
    assert other["uid"] == before["uid"]
    assert other["sid"] != before["sid"]


def test_an_access_token_lives_for_15_minutes(visitor: Visitor, clock: MovedClock) -> None:
    """Contract 1: good until the last second, and `expires_in` says so."""
    clock.stop()
    tokens = visitor.log_in()
    assert tokens["expires_in"] == 15 * 60
    clock.move(minutes=14, seconds=59)
    assert visitor.protected(tokens["access_token"]).status_code == 200
    clock.move(seconds=1)
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "token_expired")


def test_a_refresh_token_lives_for_180_days(visitor: Visitor, clock: MovedClock) -> None:
    """Contract 1: good until the last minute."""
    clock.stop()
    first, second = visitor.log_in(), visitor.log_in()
    clock.move(days=179, hours=23, minutes=59)
    assert visitor.refresh(first["refresh_token"]).status_code == 200
    clock.move(minutes=1)
    assert error_code(visitor.refresh(second["refresh_token"])) == (400, "refresh_token_expired")


def test_both_lives_can_be_configured(settings: Settings) -> None:
    """Contract 1: other lives are in the claims and in `expires_in`."""
    short = replace(settings, access_token_expire_minutes=2.0, refresh_token_expire_days=7.0)
    with served(short) as visitor:
        tokens = visitor.log_in()
    access, refresh = payload_of(tokens["access_token"]), payload_of(tokens["refresh_token"])
    assert tokens["expires_in"] == access["exp"] - access["iat"] == 120
    assert refresh["exp"] - refresh["iat"] == 7 * 24 * 3600
