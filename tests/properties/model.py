"""The expected behaviour of sessions, in its simplest form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

ACCESS = timedelta(minutes=15)
IDLE = timedelta(days=180)
ABSOLUTE = timedelta(days=365)
REPEATABLE = timedelta(hours=24)


@dataclass
class Account:
    """A registered user."""

    name: str
    password: str
    key: str | None
    registered: timedelta
    logins: list[Login] = field(default_factory=list)
    deleted_at: timedelta | None = None
    epoch: int = 0
    ended_by_logout: bool = False

    @property
    def deleted(self) -> bool:
        """Whether the user is gone."""
        return self.deleted_at is not None

    def end_all(self, *, keep: Login | None = None, by_logout: bool = False) -> None:
        """Every session ends but the one to keep, which goes on in the new epoch."""
        self.epoch += 1
        self.ended_by_logout = by_logout
        for login in self.logins:
            login.alive = login is keep
        if keep is not None:
            keep.epoch = self.epoch

    def may_be_released(self, now: timedelta) -> bool:
        """Whether the name is free again, or soon: that is up to whoever comes by."""
        return self.deleted_at is not None and now - self.deleted_at >= ACCESS

    def accepts_again(self, password: str, key: str | None, now: timedelta) -> bool:
        """Whether this registration is the one that succeeded before."""
        same = key is not None and (key, password) == (self.key, self.password)
        return same and now - self.registered <= REPEATABLE and not self.deleted


@dataclass
class Pair:
    """The tokens of one answer."""

    access: str
    refresh: str
    issued: timedelta


@dataclass
class Login:
    """A session with the tokens of all its generations; the last one is current."""

    pairs: list[Pair]
    account: Account
    alive: bool = True
    last_key: str | None = None
    begun: timedelta = field(init=False)
    epoch: int = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.pairs[0].issued
        self.epoch = self.account.epoch

    @property
    def ended_with_all(self) -> bool:
        """Whether the user's last logout everywhere ended this one."""
        last = self.account.ended_by_logout and self.epoch == self.account.epoch - 1
        return last and not self.account.deleted

    def aged(self, age: int) -> Pair:
        """Return the living pair (0), or one of so many generations ago, at most the first."""
        return self.pairs[max(0, len(self.pairs) - 1 - age)]

    def has_expired(self, now: timedelta) -> bool:
        """Whether the living pair's refresh token came to its idle or absolute end."""
        return now >= min(self.aged(0).issued + IDLE, self.begun + ABSOLUTE)

    def access(self, now: timedelta) -> str:
        """Return what the living pair's access token leads to: "ok", or the refusal's code."""
        if now - self.aged(0).issued >= ACCESS:
            return "token_expired"
        return "ok" if self.alive else "invalid_token"

    def refresh(self, age: int, key: str | None, now: timedelta) -> str:
        """Return what a refresh leads to: "next", "repeat", or the code of the refusal."""
        pair = self.aged(age)
        if now >= min(pair.issued + IDLE, self.begun + ABSOLUTE):
            return "refresh_token_expired"
        if not self.alive:
            return "invalid_refresh_token"
        if pair is self.aged(0):
            self.last_key = key
            return "next"
        if pair is self.aged(1) and key is not None and key == self.last_key:
            return "repeat"
        self.alive = False
        return "invalid_refresh_token"
