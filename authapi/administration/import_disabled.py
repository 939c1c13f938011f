"""Who was disabled elsewhere, and so is here (S137): decided by the names of members."""

import re
from collections.abc import Mapping
from typing import Any

from authapi.administration.errors import LineError
from authapi.administration.extended_json import bare, leaves, plain
from authapi.administration.import_factors import is_second_step

# Names are compared as `bare` writes them: without case, blanks, dashes and underscores.
_WHO = (
    r"(?:is|are|was|has|been|users?|account|acct|member|profile|login|logon|signin|auth|ns|soft"
    r"|self|admin|temporarily|permanently|currently|credentials)*"
)
_OUT = (
    r"(?:disabled?|ban(?:ned|s)?|block(?:ed|s)?|lock(?:ed|s)?(?:out)?|suspend(?:ed)?|suspension"
    r"|deactivated?|inactivated?|inactive|deleted?|archived?|discarded|removed|trashed|closed"
    r"|terminated|revoked|frozen|barred|blacklisted|silenced?|restricted|rejected|expired)"
)
_IN = (
    r"(?:active|activated|enabled?|approved|valid|(?:login|signin)allowed"
    r"|(?:can|may|allow)(?=login|logon|signin))"
)
_ENDS = "until|till|to|ends?|expir(?:es?|y|ation)|date|at|on|utc"
_END = rf"(?:{_ENDS})+"
_WHEN = rf"(?:{_ENDS}|time|reason|by|from|since|for|in|seconds|type|duration)+"
_SAYS = re.compile(rf"{_WHO}(?P<no>not|non|un)?(?:(?P<out>{_OUT})|{_IN}){_WHO}")
_MAY_SAY = re.compile(rf"{_WHO}(?:{_OUT}{_WHEN}|(?:active|enabled|valid|access){_END})")
_STATE = re.compile(
    rf"{_WHO}(?:status|state|standing|control|(?:shadow)?expir(?:es?|y|ation)(?:{_END})?)"
)
_TRUE, _FALSE = {"true", "1", "yes", "t", "y"}, {"false", "0", "no", "f", "n", "[]", "{}"}


def may_say_disabled(name: str) -> bool:
    """Tell whether a member of that name may say that its user may not log in."""
    known = bare(name)
    return any(which.fullmatch(known) for which in (_SAYS, _MAY_SAY, _STATE))


def says_enabled(name: str) -> bool:
    """Tell whether a member of that name is true of a user who may log in."""
    says = _SAYS.fullmatch(bare(name))
    return says is not None and not _is_out(says)


def is_disabled(found: Mapping[str, Any]) -> bool:
    """Tell whether any member keeps the user from logging in.

    Raises:
        LineError: when a member may do so, and its value does not tell.
    """
    disabled = False
    for name, value in found.items():
        if "." in name or (isinstance(value, dict) and not may_say_disabled(name)):
            _refuse_inner(name, value)
            continue
        known = bare(name)
        if says := _SAYS.fullmatch(known):
            disabled |= truth(name, value) == _is_out(says)
        elif _may_say(known, plain(value)):
            raise _undecided(name, name)
    return disabled


def truth(name: str, value: object) -> bool:
    """Return whether a member says yes.

    Raises:
        LineError: when it says neither yes nor no.
    """
    text = str(plain(value)).lower()
    if text not in _TRUE | _FALSE:
        raise LineError(f"{name} is neither true nor false")
    return text in _TRUE


def _may_say(known: str, value: object) -> bool:
    """Tell whether a state, or a moment or reason that is set, may mean a disabled user."""
    if _STATE.fullmatch(known):
        return value not in (None, "")  # 0 may be a state
    return bool(value) and _MAY_SAY.fullmatch(known) is not None


def _is_out(says: re.Match[str]) -> bool:
    return (says["out"] is None) == (says["no"] is not None)


def _refuse_inner(name: str, value: object) -> None:
    """Refuse a nested member that may disable something: it need not be the user."""
    if is_second_step(name):
        return
    for path, inner in leaves(name, value):
        known = bare(path.rpartition(".")[2])
        says = _SAYS.fullmatch(known)
        if says and str(plain(inner)).lower() in (_FALSE if _is_out(says) else _TRUE):
            continue
        if (says and inner is not None) or (_MAY_SAY.fullmatch(known) and plain(inner)):
            raise _undecided(path, name)


def _undecided(path: str, name: str) -> LineError:
    return LineError(
        f"{path} may say that the user may not log in; make a member disabled of it,"
        f" true or false, and pass it over with --ignore {name}"
    )
