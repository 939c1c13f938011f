"""Random sequences of changes and uses of second factors, compared with a model."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from authapi.factors.operating import OperatorFactors
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.authenticator import STEP, Owner
from tests.support.clock import MovedClock
from tests.support.forging import payload_of


@dataclass
class Account:
    """A user, and the expected state.

    Attributes:
        on: whether the password wants more beside it.
        spent: codes that were used.
        left: recovery codes that were not.
        void: recovery codes that were, or were overtaken.
        living: refresh tokens of sessions that go on.
        over: refresh tokens of those that ended.
    """

    owner: Owner
    on: bool = False
    spent: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    living: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def end_others(self) -> None:
        """Every session ended but the owner's own, whose tokens are these now."""
        self.over += self.living
        self.living = []

    def no_codes(self) -> None:
        """Every recovery code of before is void."""
        self.void += self.left
        self.left = []


class SecondFactors(RuleBasedStateMachine):
    """Only the owner can log in, and always can."""

    accounts: Bundle[Account] = Bundle("accounts")

    def __init__(self, base_url: str, clock: MovedClock, app: Flask) -> None:
        super().__init__()
        self._visitor = Visitor(base_url)
        self._clock = clock.stop()  # `time_passes` says how much
        self._operator = services_of(app)[OperatorFactors]
        self._known: list[Account] = []

    @initialize(target=accounts)
    def register(self) -> Account:
        account = Account(Owner(self._visitor, self._clock))
        self._known.append(account)
        return account

    @rule(account=accounts)
    def turn_on(self, account: Account) -> None:
        self._be_recent(account)
        account.owner.enrol()
        account.end_others()
        account.no_codes()
        account.on, account.left = True, list(account.owner.recovery)
        account.spent = [account.owner.code()]

    @rule(account=accounts)
    def begin_and_leave_it(self, account: Account) -> None:
        """A pending secret changes nothing."""
        secret = account.owner.secret
        self._be_recent(account)
        account.owner.begin()
        account.owner.secret = secret

    @rule(account=accounts)
    def turn_off(self, account: Account) -> None:
        self._be_recent(account)
        answer = account.owner.ask("DELETE", "/me/totp")
        assert answer.status_code == 200, answer.text
        assert ("access_token" in answer.json()) is account.on
        if account.on:
            account.end_others()
            account.no_codes()
            account.owner.tokens, account.on = answer.json(), False

    @rule(account=accounts)
    def reset_by_the_operator(self, account: Account) -> None:
        user_id = payload_of(account.owner.tokens["access_token"])["uid"]
        self._operator.reset(user_id, "lost")
        account.over.append(account.owner.tokens["refresh_token"])
        account.end_others()
        account.no_codes()
        account.on = False
        self._log_in(account)

    @rule(account=accounts)
    def log_in_as_well(self, account: Account) -> None:
        before = account.owner.tokens
        self._log_in(account)
        account.living.append(account.owner.tokens["refresh_token"])
        account.owner.tokens = before

    @rule(account=accounts)
    def use_a_recovery_code(self, account: Account) -> None:
        """A user with one can always log in."""
        if account.left:
            code = account.left.pop()
            answer = account.owner.log_in(code)
            assert answer.status_code == 200, answer.text
            assert answer.json()["recovery_codes_left"] == len(account.left)
            account.void.append(code)
            account.living.append(answer.json()["refresh_token"])

    @rule(account=accounts)
    def make_new_codes(self, account: Account) -> None:
        self._be_recent(account)
        answer = account.owner.ask("POST", "/me/recovery-codes")
        assert answer.status_code == (200 if account.on else 404)
        if account.on:
            account.no_codes()
            account.left = answer.json()["recovery_codes"]

    @rule(account=accounts, pick=st.integers(0, 1000))
    def use_what_is_void(self, account: Account, pick: int) -> None:
        """Used and outdated codes and guesses are refused."""
        dead = [*account.spent, *account.void, account.owner.wrong_code()]
        answer = account.owner.log_in(dead[pick % len(dead)])
        assert answer.status_code == (401 if account.on else 200)

    @rule(seconds=st.sampled_from([1, STEP, 301, 700]))
    def time_passes(self, seconds: int) -> None:
        self._clock.move(seconds=seconds)

    @rule(account=accounts)
    def refresh_them_all(self, account: Account) -> None:
        """Earlier sessions have ended, and later ones have two factors."""
        for token in account.over:
            assert self._visitor.refresh(token).status_code == 400
        account.over = []
        living = [self._visitor.refresh(token).json() for token in account.living]
        account.living = [pair["refresh_token"] for pair in living]
        strengths = {payload_of(pair["access_token"])["acr"] for pair in living}
        assert strengths <= ({"aal2"} if account.on else {"aal1", "aal2"})

    @invariant()
    def the_password_alone_is_enough_only_without_a_factor(self) -> None:
        for account in self._known:
            assert account.owner.first_step().status_code == (401 if account.on else 200)

    def teardown(self) -> None:
        self._visitor.close()
        self._clock.reset()

    def _log_in(self, account: Account) -> None:
        """Log the owner in by all that is asked for."""
        answer = account.owner.log_in() if account.on else account.owner.first_step()
        assert answer.status_code == 200, answer.text
        if account.on:
            account.spent.append(account.owner.code())
        account.owner.tokens = answer.json()

    def _be_recent(self, account: Account) -> None:
        """Make the owner's login recent; the session of before goes on beside it."""
        account.living.append(account.owner.tokens["refresh_token"])
        self._log_in(account)
