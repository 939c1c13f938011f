"""What the members of an imported user mean: pure decisions, and no message repeats a value."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authapi.accounts import rules
from authapi.accounts.emails import pending_email, read_email
from authapi.accounts.models import Email, User, new_user_id
from authapi.administration.errors import LineError
from authapi.administration.extended_json import as_id, as_moment, as_text, bare
from authapi.administration.import_disabled import (
    is_disabled,
    may_say_disabled,
    says_enabled,
    truth,
)
from authapi.administration.import_factors import totp_secret
from authapi.administration.models import FirebaseHash, ImportedUser, ImportOptions
from authapi.core.clock import UNIX_EPOCH
from authapi.core.roles import Roles, problems
from authapi.passwords.formats import find_format, looks_like_a_hash

_HASHES = ("password_hash", "hashed_password", "password")
_FIREBASE = ("passwordHash", "salt")
_ADDRESS = ("email", "email_verified")
_OTHERS = ("username", "created_at", "roles", "totp_secret", "_id")
TARGETS = (*_OTHERS, "disabled", *_HASHES, *_ADDRESS, *_FIREBASE)
"""What a member of a file may be renamed to."""
_NAMES = {*_OTHERS, *_HASHES}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:|@-]{0,127}")


def read_user(members: Mapping[str, Any], options: ImportOptions, now: datetime) -> ImportedUser:
    """Make a user of the members of a record; those that are null say nothing.

    Except for one such as `is_active`: null there may mean a disabled user.

    Args:
        members: by the names that they have in the file.
        options: how members are renamed, and which may be ignored.
        now: the present moment; nobody can have been created later.

    Raises:
        LineError: when they make none.
    """
    found = _renamed(members, options)
    email = _email(found) if options.addresses else None
    known = _NAMES | set(_FIREBASE if options.firebase else ())
    known |= {"email"} if options.addresses else set()
    known |= {name for name in found if _vouches(name)} if email else set()
    ignored = [name for name in found if name not in known and not may_say_disabled(name)]
    return ImportedUser(
        username=_username(found),
        password_hash=_password_hash(found, options.firebase),
        created_at=_created_at(found, now),
        disabled=is_disabled(found),
        id=_id(found) if options.keep_ids else None,
        email=email,
        email_verified=email is not None and _email_verified(found),
        roles=_roles(found),
        totp_secret=totp_secret(found),
        ignored=tuple(ignored),
    )


def to_user(found: ImportedUser, now: datetime) -> User:
    """Return the user to store, with defaults for what the import leaves out."""
    return User(
        id=found.id or new_user_id(),
        username=rules.display_name(found.username),
        name_key=rules.name_key(found.username),
        password_hash=found.password_hash,
        created_at=found.created_at or now,
        disabled=found.disabled,
        pending_email=pending_email(found.email, now) if found.email else None,
        roles=found.roles,
    )


def _renamed(members: Mapping[str, Any], options: ImportOptions) -> dict[str, Any]:
    """Return the members under our names; one that was renamed wins over one called so before.

    Raises:
        LineError: where that would drop a member that may disable the user.
    """
    present = {
        name: value
        for name, value in members.items()
        if name not in options.ignore and (value is not None or says_enabled(name))
    }
    theirs = options.names.get("disabled")
    if theirs in present and "disabled" in present.keys() - {theirs}:
        raise LineError(f"disabled stands beside {theirs}; pass one of them over with --ignore")
    renamed = {ours: present[name] for ours, name in options.names.items() if name in present}
    rest = {name: value for name, value in present.items() if name not in options.names.values()}
    return {**rest, **renamed}


def _username(found: Mapping[str, Any]) -> str:
    username = found.get("username")
    if not isinstance(username, str):
        raise LineError("username is missing" if username is None else "username is not a string")
    if problems := rules.problems(username, imported=True):
        raise LineError(f"username: {' '.join(problems)}")
    return username


def _password_hash(found: Mapping[str, Any], firebase: FirebaseHash | None) -> str:
    if firebase is not None and "passwordHash" in found:
        found = {**found, "password_hash": _firebase_hash(found, firebase)}
    present = [name for name in _HASHES if name in found]
    if not present:
        raise LineError(f"no password hash; it is looked for in {', '.join(_HASHES)}")
    if len(present) > 1:
        raise LineError(f"more than one password hash: {', '.join(present)}")
    stored = as_text(found[present[0]])
    if stored is None:
        raise LineError(f"{present[0]} is not a string")
    if find_format(stored) is None:
        raise LineError(f"{present[0]} {_why_not(stored)}")
    return stored


def _firebase_hash(found: Mapping[str, Any], firebase: FirebaseHash) -> str:
    digest, salt = (str(found.get(name, "")).translate(_URLSAFE) for name in _FIREBASE)
    return (
        f"$fbscrypt$v=1,n={firebase.mem_cost},r={firebase.rounds},p=1,"
        f"ss={firebase.salt_separator},sk={firebase.signer_key}${salt}${digest}"
    )


_URLSAFE = str.maketrans("-_", "+/")


def _why_not(stored: str) -> str:
    if looks_like_a_hash(stored):
        return "is a damaged hash, or one that costs more to check than is allowed"
    return "is no hash that can be checked here; a password in plain text is not imported"


def _created_at(found: Mapping[str, Any], now: datetime) -> datetime | None:
    if "created_at" not in found:
        return None
    moment = as_moment(found["created_at"])
    if moment is None:
        raise LineError(
            "created_at is no date; write it as in ISO 8601, 2026-11-22T18:08:40Z,"
            " or in seconds or milliseconds since 1970"
        )
    if not UNIX_EPOCH <= moment <= now:
        raise LineError(f"created_at lies {'before 1970' if moment < now else 'in the future'}")
    return moment


def _email(found: Mapping[str, Any]) -> Email | None:
    email = found.get("email", "")
    if not isinstance(email, str):
        raise LineError("email is not a string")
    try:
        return read_email(email, reserved=True) if email else None
    except ValueError as problem:
        raise LineError(f"email: {problem}") from None


def _email_verified(found: Mapping[str, Any]) -> bool:
    """Tell whether a member says that somebody showed that the address is the user's (S90)."""
    return any(truth(name, value) for name, value in found.items() if _vouches(name))


def _vouches(name: str) -> bool:
    return bare(name) == "emailverified"


def _roles(found: Mapping[str, Any]) -> Roles:
    """Return the roles: a list, or in a CSV file names with spaces between them."""
    names = found.get("roles", [])
    if isinstance(names, str):
        names = names.split()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise LineError("roles is no list of strings; pass it over with --ignore roles")
    if wrong := problems(names):
        raise LineError(f"roles: {' '.join(wrong)} Pass them over with --ignore roles")
    return Roles(tuple(sorted(set(names))))


def _id(found: Mapping[str, Any]) -> str:
    kept = as_id(found.get("_id"))
    if kept is None:
        raise LineError(
            "_id is no string, whole number, ObjectId or UUID, so that it cannot be kept"
        )
    if not _ID.fullmatch(kept):
        raise LineError("_id must be up to 128 letters, digits and _ . : | @ - to be kept")
    return kept
