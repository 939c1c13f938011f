"""Mails as MongoDB's documents, and back."""

from dataclasses import asdict, fields
from typing import Any

from authapi.mail.links import CodeClaims, LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail, Record, Settled

Document = dict[str, Any]
_MEMBERS = [each.name for each in fields(Mail)]


def document(added: Mail) -> Document:
    """Return a mail's document, without the members that are None."""
    members = {name: value for name, value in asdict(added).items() if value is not None}
    return {"_id": members.pop("id"), **members}


def mail(found: Document) -> Mail:
    """Return the mail of a document."""
    members = {name: found[name] for name in _MEMBERS if name in found}
    return Mail(**{"id": found["_id"], "due_at": None, **members})


def record(found: Document) -> Record:
    """Return the mail of a document with what became of it."""
    result = next((name for name in ("sent", "dead", "void") if f"{name}_at" in found), "due")
    settled = Settled(result, found.get("said"), found.get("via"), found.get(f"{result}_at"))
    kept = found.get("envelope")
    return Record(mail(found), settled, _envelope(kept) if kept else None)


def envelope_document(envelope: Envelope) -> Document:
    """Return what a mail's text, link and code are derived from, without link and code."""
    members = asdict(envelope)
    del members["user_id"]  # stands in the mail
    return members


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
