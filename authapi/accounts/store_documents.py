"""Users as MongoDB's documents, and back."""

from dataclasses import asdict
from typing import Any

from authapi.accounts.models import Change, EmailUndo, EndedUser, PendingEmail, User
from authapi.accounts.notifying import Notices
from authapi.core.roles import NO_ROLES, Roles
from authapi.database import Document
from authapi.revocation.models import EpochFloor

# A deleted user's document keeps the name taken for a while. Earlier releases: `released_at`.
ALIVE: Document = {"deleted": None, "released_at": None}


IN_FLOOR: Document = dict.fromkeys(
    ("epoch", "ended_at", "roles", "roles_version", "revoked_roles"), 1
)
"""The members of a user that `to_floor` reads."""

MARK: Document = dict.fromkeys(("ended_at", "revoked_roles"), "")
"""The mark: members by which every process learns what was ended or taken away lately."""


def only(user: User | EndedUser) -> Document:
    """Return the query for that user's document: by both keys, so that one shard is asked."""
    return {"_id": user.id, "name_key": user.name_key}


def in_epoch(user: User | EndedUser) -> Document:
    """Return the condition that the user's epoch is the one that was read."""
    return {"epoch": user.epoch} if user.epoch else {"epoch": {"$in": [0, None]}}


def to_update(change: Change, notices: Notices = ()) -> Document:
    """Return a change as an update, with what the user is told of it."""
    operators: Document = {
        "$set": dict(change.set),
        "$unset": dict.fromkeys(change.unset, ""),
        "$push": {"notices": {"$each": list(notices)}} if notices else {},
    }
    return {name: members for name, members in operators.items() if members}


def to_document(user: User, notices: Notices = ()) -> Document:
    """Return a user's document; optional members without a value are left out."""
    document: dict[str, Any] = {
        "_id": user.id,
        "username": user.username,
        "name_key": user.name_key,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
        "epoch": user.epoch,
        "disabled": user.disabled,
        "sessions": user.sessions,
    }
    optional = {
        "registration_key": user.registration_key,
        "email": user.email,
        "email_key": user.email_key,
        "email_verified_at": user.email_verified_at,
        "email_nonce": user.email_nonce,
        "pending_email": asdict(user.pending_email) if user.pending_email else None,
        "email_undo": asdict(user.email_undo) if user.email_undo else None,
        "locale": user.locale,
        "second_factor": user.second_factor or None,
        "factors": dict(user.factors) or None,
        "notices": list(notices) or None,
        "roles": list(user.roles.names) or None,
    }
    return document | {name: value for name, value in optional.items() if value is not None}


def with_roles(roles: Roles) -> Document:
    """Return the condition that the user's roles are of that version."""
    return {"roles_version": roles.version or None}


def to_floor(found: Document) -> EpochFloor:
    """Return what every process has to know of a user who is marked."""
    return EpochFloor(
        found["_id"],
        found.get("epoch", 0),
        found["ended_at"],
        _roles(found),
        frozenset(found.get("revoked_roles", ())),
    )


def to_ended(found: Document) -> EndedUser:
    """Return the user that a marked document holds."""
    deleted = found.get("deleted", False)
    return EndedUser(found["_id"], found["name_key"], found.get("epoch", 0), deleted, _roles(found))


def _roles(found: Document) -> Roles:
    names, version = found.get("roles", ()), found.get("roles_version", 0)
    return Roles(tuple(names), version) if names or version else NO_ROLES


def user_or_none(found: Document | None) -> User | None:
    """Return the user that a document holds; None for one that keeps a deleted user's name."""
    return to_user(found) if found is not None and not _is_deleted(found) else None


def _is_deleted(found: Document) -> bool:
    return bool(found.get("deleted")) or found.get("released_at") is not None


def to_user(found: Document) -> User:
    """Return the user that a document holds."""
    pending, undo = found.get("pending_email"), found.get("email_undo")
    return User(
        id=found["_id"],
        username=found["username"],
        name_key=found["name_key"],
        password_hash=found.get("password_hash"),
        created_at=found["created_at"],
        registration_key=found.get("registration_key"),
        epoch=found.get("epoch", 0),
        disabled=found.get("disabled", False),
        sessions=found.get("sessions", 0),
        ended_by=found.get("ended_by"),
        email=found.get("email"),
        email_key=found.get("email_key"),
        email_verified_at=found.get("email_verified_at"),
        email_nonce=found.get("email_nonce"),
        pending_email=PendingEmail(**pending) if pending else None,
        email_undo=EmailUndo(**undo) if undo else None,
        locale=found.get("locale"),
        roles=_roles(found),
        revoked_roles=tuple(found.get("revoked_roles", ())),
        second_factor=found.get("second_factor", False),
        factors=found.get("factors", {}),
    )
