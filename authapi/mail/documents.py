"""Mails as MongoDB's documents, and back."""

from dataclasses import asdict
from typing import Any

from authapi.mail.links import CodeClaims, LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail, Record, Settled

Document = dict[str, Any]


def document(added: Mail) -> Document:
    """Return a mail's document."""
    given: dict[str, Any] = {
        "user_id": added.user_id,
        "asked_for": added.asked_for,
        "to": added.to,
        "locale": added.locale,
        "valid_until": added.valid_until,
    }
    return {
        "_id": added.id,
        "kind": added.kind,
        "made_at": added.made_at,
        "due_at": added.due_at,
        "attempts": added.attempts,
        "facts": dict(added.facts),
        **{name: value for name, value in given.items() if value is not None},
    }


def mail(found: Document) -> Mail:
    """Return the mail of a document."""
    return Mail(
        id=found["_id"],
        kind=found["kind"],
        made_at=found["made_at"],
        due_at=found.get("due_at"),
        user_id=found.get("user_id"),
        asked_for=found.get("asked_for"),
        to=found.get("to"),
        locale=found.get("locale"),
        facts=found.get("facts", {}),
        attempts=found.get("attempts", 0),
        valid_until=found.get("valid_until"),
        epoch=found.get("epoch"),
    )


def record(found: Document) -> Record:
    """Return the mail of a document with what became of it."""
    result = next((name for name in ("sent", "dead", "void") if f"{name}_at" in found), "due")
    settled = Settled(result, found.get("said"), found.get("via"), found.get(f"{result}_at"))
    kept = found.get("envelope")
    return Record(mail(found), settled, _envelope(kept) if kept else None)


def envelope_document(envelope: Envelope) -> Document:
    """Return what a mail's text, link and code are derived from, without link and code."""
    link, code = envelope.link, envelope.code
    return {
        "to": envelope.to,
        "facts": dict(envelope.facts),
        "verified": envelope.verified,
        "locale": envelope.locale,
        "told_as": envelope.told_as,
        "link": asdict(link) if link else None,
        "code": asdict(code) if code else None,
    }


def _envelope(found: Document) -> Envelope:
    link, code = found["link"], found["code"]
    return Envelope(
        to=found["to"],
        facts=found["facts"],
        verified=found["verified"],
        locale=found["locale"],
        told_as=found.get("told_as"),
        link=LinkClaims(**{**link, "purpose": Purpose(link["purpose"])}) if link else None,
        code=CodeClaims(**code) if code else None,
    )
