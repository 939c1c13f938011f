"""Random sequences of users' actions, compared with the model after each step."""

from __future__ import annotations

from datetime import timedelta

import jwt
import requests
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
)

from authapi.database import Collections
from tests.properties.model import Account, Login, Pair
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.clock import MovedClock

PASSWORDS = st.sampled_from(["correct horse battery", "another password"])
KEYS = st.sampled_from([None, "the-first-of-two-keys", "the-second-of-two-keys"])
AGE = st.sampled_from([0, 0, 1, 1, 2])
PAUSES = st.sampled_from(
    [timedelta(0), timedelta(0), timedelta(minutes=1), timedelta(minutes=20), timedelta(days=181)]
)
Use = tuple[int, str | None, timedelta]
USES: st.SearchStrategy[Use] = st.tuples(AGE, KEYS, PAUSES)


class Sessions(RuleBasedStateMachine):
    """Users, logins, refreshes, replays, all kinds of endings, and the passage of time."""

    accounts: Bundle[Account] = Bundle("accounts")
    logins: Bundle[Login] = Bundle("logins")

    def __init__(self, base_url: str, clock: MovedClock, collections: Collections) -> None:
        super().__init__()
        self._visitor = Visitor(base_url)
        self._clock = clock.stop()  # so that the model knows all the time that passes
        self._collections = collections
        self._now = timedelta(0)
        self._logins: list[Login] = []

    @initialize(target=accounts, password=PASSWORDS, key=KEYS)
    def register(self, password: str, key: str | None) -> Account:
        name = fresh_name()
        assert self._visitor.register(name, password, key).status_code == 200
        return Account(name, password, key, self._now)

    @rule(account=accounts, password=PASSWORDS, key=KEYS)
    def register_again(self, account: Account, password: str, key: str | None) -> None:
        if account.may_be_released(self._now):
            return
        answer = self._visitor.register(account.name.upper(), password, key)
        if account.accepts_again(password, key, self._now):
            assert answer.status_code == 200
        else:
            assert error_code(answer) == (400, "user_exists")

    @rule(account=accounts, password=PASSWORDS)
    def guess_the_password(self, account: Account, password: str) -> None:
        answer = self._visitor.authenticate(account.name, password)
        right = password == account.password and not account.deleted
        assert answer.status_code == (200 if right else 401)

    @rule(target=logins, account=accounts)
    def authenticate(self, account: Account) -> Login | MultipleResults[Login]:
        return multiple() if account.deleted else self._log_in(account)

    @rule(target=logins, account=accounts, password=PASSWORDS)
    def change_the_password(
        self, account: Account, password: str
    ) -> Login | MultipleResults[Login]:
        """The session that did it goes on, all others of the user are over."""
        if account.deleted:
            return multiple()
        login = self._log_in(account)
        body = {"current_password": account.password, "new_password": password}
        answer = self._visitor.post("/password", body, self._bearer(login))
        assert answer.status_code == 200
        account.password = password
        account.end_all(keep=login)
        fresh = answer.json()
        login.pairs[-1] = Pair(fresh["access_token"], fresh["refresh_token"], self._now)
        return login

    @rule(account=accounts)
    def delete_the_account(self, account: Account) -> None:
        """All sessions are over, and nobody gets the name."""
        if account.deleted:
            return
        login = self._log_in(account)
        body, headers = {"password": account.password}, self._bearer(login)
        assert self._visitor.send("DELETE", "/me", json=body, headers=headers).status_code == 200
        account.end_all()
        account.deleted_at = self._now

    @rule(login=consumes(logins))
    def log_out_everywhere(self, login: Login) -> None:
        """A living token ends all sessions of its user, a dead one none; a repeat is fine."""
        body = {"refresh_token": login.aged(0).refresh, "everywhere": True}
        answer = self._visitor.post("/logout", body)
        if login.has_expired(self._now):
            assert error_code(answer) == (400, "refresh_token_expired")
        elif login.alive:
            assert answer.status_code == 200
            login.account.end_all(by_logout=True)
        elif login.ended_with_all:
            assert answer.status_code == 200
        else:
            assert error_code(answer) == (400, "invalid_refresh_token")

    @rule(target=logins, login=consumes(logins), age=AGE, key=KEYS)
    def refresh(self, login: Login, age: int, key: str | None) -> Login | MultipleResults[Login]:
        """Use the current refresh token, or one of an earlier generation."""
        self._use(login, age, key)
        return self._if_alive(login)

    @rule(target=logins, account=accounts, uses=st.lists(USES, min_size=3, max_size=8))
    def log_in_and_use_it(
        self, account: Account, uses: list[Use]
    ) -> Login | MultipleResults[Login]:
        """Log in, with lost answers, thieves and time that passes."""
        if account.deleted:
            return multiple()
        login = self._log_in(account)
        for age, key, pause in uses:
            self.time_passes(pause)
            self._use(login, age, key)
        return self._if_alive(login)

    @rule(login=consumes(logins))
    def use_it_for_longer_than_a_year(self, login: Login) -> None:
        for _ in range(5):
            self.time_passes(timedelta(days=90))
            self._use(login, 0, None)

    @rule(login=consumes(logins), pause=PAUSES, age=AGE)
    def log_out(self, login: Login, pause: timedelta, age: int) -> None:
        self.time_passes(pause)
        token = login.aged(age).refresh
        assert self._visitor.log_out(token).status_code == 200
        login.alive = False
        self._use(login, age, None)

    @rule(login=logins)
    def open_the_protected_resource(self, login: Login) -> None:
        answer = self._visitor.protected(login.aged(0).access)
        expected = login.access(self._now)
        if expected == "ok":
            assert answer.status_code == 200
        else:
            assert error_code(answer) == (401, expected)

    @rule(login=logins)
    def confuse_the_tokens(self, login: Login) -> None:
        pair = login.aged(0)
        assert error_code(self._visitor.protected(pair.refresh)) == (401, "invalid_token")
        answer = self._visitor.refresh(pair.access)
        assert error_code(answer) == (400, "invalid_refresh_token")

    @rule(pause=PAUSES)
    def time_passes(self, pause: timedelta) -> None:
        self._now += pause
        self._clock.move(days=pause.days, seconds=pause.seconds)

    def teardown(self) -> None:
        """Each live session is one document, and no other is stored."""
        for login in self._logins:
            claims = jwt.decode(login.pairs[0].refresh, options={"verify_signature": False})
            stored = self._collections["sessions"].find_one({"_id": claims["sid"]})
            assert (stored is not None) == login.alive
            if stored is not None:
                assert stored["generation"] == len(login.pairs) - 1
        self._visitor.close()
        self._clock.reset()

    def _log_in(self, account: Account) -> Login:
        pair = self._pair(self._visitor.authenticate(account.name, account.password))
        login = Login([pair], account)
        account.logins.append(login)
        self._logins.append(login)
        return login

    def _bearer(self, login: Login) -> dict[str, str]:
        return {"Authorization": f"Bearer {login.aged(0).access}"}

    def _pair(self, answer: requests.Response) -> Pair:
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return Pair(body["access_token"], body["refresh_token"], self._now)

    def _use(self, login: Login, age: int, key: str | None) -> None:
        answer = self._visitor.refresh(login.aged(age).refresh, key)
        expected = login.refresh(age, key, self._now)
        if expected == "next":
            pair = self._pair(answer)
            assert pair.refresh not in [known.refresh for known in login.pairs]
            login.pairs.append(pair)
        elif expected == "repeat":
            assert self._pair(answer).refresh == login.aged(0).refresh
        else:
            assert error_code(answer) == (400, expected)

    def _if_alive(self, login: Login) -> Login | MultipleResults[Login]:
        return login if login.alive else multiple()
