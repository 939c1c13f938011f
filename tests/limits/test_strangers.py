"""Many addresses guess at one account: they wait ever longer, its owner does not."""

from tests.limits.conftest import From, Serve, fail
from tests.limits.test_logins import LIMITED, retry_after
from tests.support.actors import error_code
from tests.support.clock import MovedClock

STREAK = 5


def test_a_fresh_address_waits_longer_and_longer(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S23: Each new address adds ten seconds, up to a maximum (S26)."""
    url = serve(limit_failures_in_a_row=STREAK, limit_longest_wait_minutes=1)
    name = come_from(url).new_user()
    for _ in range(STREAK):
        fail(come_from(url), name)
    for expected in (10, 20, 30, 40, 50, 60, 60):
        wait = retry_after(come_from(url), name)
        assert expected - 5 <= wait <= expected
        clock.move(seconds=wait)
        assert fail(come_from(url), name) == [401]


def test_the_same_address_waits_twice_as_long_each_time(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S23, S128: It does not make other new addresses wait."""
    url = serve(limit_failures_in_a_row=STREAK, limit_longest_wait_minutes=60)
    name = come_from(url).new_user()
    for _ in range(STREAK):
        fail(come_from(url), name)
    insistent = come_from(url)
    for expected in (10, 20, 40, 80, 160, 320):
        wait = retry_after(insistent, name)
        assert expected - 5 <= wait <= expected
        clock.move(seconds=wait)
        assert fail(insistent, name) == [401]
    assert come_from(url).authenticate(name).status_code == 200


def test_an_address_that_logged_in_before_gets_in_at_once(serve: Serve, come_from: From) -> None:
    """S24: Its owner does not wait while strangers do."""
    url = serve(limit_failures_in_a_row=STREAK)
    home, work = come_from(url), come_from(url)
    name = home.new_user()
    home.log_in(name)
    work.log_in(name)
    for _ in range(STREAK + 1):
        fail(come_from(url), name)
    assert error_code(come_from(url).authenticate(name)) == LIMITED
    assert [who.authenticate(name).status_code for who in (home, work, home)] == [200] * 3


def test_the_owner_s_login_does_not_give_strangers_new_guesses(
    serve: Serve, come_from: From
) -> None:
    """S23: Beyond the threshold it ends the wait only for its own address."""
    url = serve(limit_failures_in_a_row=STREAK, limit_longest_wait_minutes=60)
    home = come_from(url)
    name = home.new_user()
    home.log_in(name)
    for _ in range(STREAK):
        fail(come_from(url), name)
    assert home.authenticate(name).status_code == 200
    assert error_code(come_from(url).authenticate(name)) == LIMITED


def test_the_owner_at_a_fresh_address_waits_once(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S24: The login makes the address known."""
    url = serve(limit_failures_in_a_row=STREAK)
    hotel = come_from(url)
    name = hotel.new_user()
    for _ in range(STREAK):
        fail(come_from(url), name)
    clock.move(seconds=retry_after(hotel, name))
    assert hotel.authenticate(name).status_code == 200
    assert hotel.authenticate(name).status_code == 200


def test_a_login_ends_a_streak_that_is_not_yet_too_long(serve: Serve, come_from: From) -> None:
    """Below the threshold it resets the count."""
    url = serve(limit_failures_in_a_row=STREAK)
    owner = come_from(url)
    name = owner.new_user()
    for _ in range(3):
        assert [fail(come_from(url), name)[0] for _ in range(STREAK - 1)] == [401] * (STREAK - 1)
        assert owner.authenticate(name).status_code == 200


def test_a_known_address_may_not_guess_without_end(serve: Serve, come_from: From) -> None:
    """S22: The limit of account and address applies to it."""
    url = serve(limit_failures_in_a_row=1, limit_login_failures="3/hour")
    home = come_from(url)
    name = home.new_user()
    home.log_in(name)
    assert fail(home, name, 4) == [401] * 3 + [429]


def test_a_streak_is_forgotten_after_a_month(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """An old attack slows nobody down."""
    url = serve(limit_failures_in_a_row=STREAK)
    home = come_from(url)
    name = home.new_user()
    home.log_in(name)
    for _ in range(STREAK):
        fail(come_from(url), name)
    clock.move(days=31)
    assert [fail(come_from(url), name)[0] for _ in range(STREAK)] == [401] * STREAK
    assert fail(come_from(url), name) == [429]


def test_a_deleted_account_leaves_no_known_addresses(serve: Serve, come_from: From) -> None:
    """The next user of the name starts without any."""
    url = serve(limit_failures_in_a_row=1)
    home = come_from(url)
    name = home.new_user()
    bearer = {"Authorization": f"Bearer {home.log_in(name)['access_token']}"}
    body = {"password": "correct horse battery"}
    assert home.send("DELETE", "/me", json=body, headers=bearer).status_code == 200
    assert fail(home, name, 2) == [401, 429]


def test_a_streak_below_the_threshold_is_forgotten_too(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S23: After 30 days the next failure counts as the first."""
    url = serve(limit_failures_in_a_row=3)
    name = come_from(url).new_user()
    fail(come_from(url), name, 2)
    clock.move(days=31)
    fail(come_from(url), name)
    assert come_from(url).authenticate(name).status_code == 200
