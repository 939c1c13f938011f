"""The shape of a registration."""

import re
from typing import Any

from flask import current_app
from marshmallow import ValidationError, fields, post_load, validates_schema

from authapi.accounts import rules
from authapi.accounts.emails import read_email
from authapi.accounts.models import Email
from authapi.passwords import rules as passwords
from authapi.web.schemas import RequestSchema

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


def _username(value: str) -> None:
    if problems := rules.problems(value):
        raise ValidationError(problems)


def _password(value: str) -> None:
    if problems := passwords.problems(value):
        raise ValidationError(problems)


class _FieldOfAddresses(fields.String):
    """A field that is ignored, whatever its value, where users have no addresses (S15)."""

    def deserialize(self, value: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        """Read the field, or ignore it."""
        off = current_app.config["EMAIL"] == "off"
        return None if off else super().deserialize(value, *args, **named)


class EmailField(_FieldOfAddresses):
    """An address."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as marshmallow takes them
        metadata = {"format": "email", "example": "ann@example.com"}
        super().__init__(metadata=metadata, **options)

    def _deserialize(self, value: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, *args, **named)
        try:
            return read_email(text, reserved=current_app.config["RESERVED_DOMAINS"])
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


class LocaleField(_FieldOfAddresses):
    """The language for mails."""

    def _deserialize(self, value: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, *args, **named)
        if not _LOCALE.fullmatch(text):
            raise ValidationError("Locale must be a language, such as de or de-AT.")
        return text


def _address_in(username: str) -> Email | None:
    """Return the name as an address; None when it is none, or users have none."""
    if current_app.config["EMAIL"] == "off" or "@" not in username:
        return None
    try:
        return read_email(username, reserved=current_app.config["RESERVED_DOMAINS"])
    except ValueError:
        return None


def new_password(example: str) -> fields.String:
    """Return the field of a password that is being chosen."""
    return fields.String(
        required=True,
        validate=_password,
        metadata={
            "minLength": passwords.MINIMUM_LENGTH,
            "maxLength": passwords.MAXIMUM_LENGTH,
            "format": "password",
            "description": "Any characters; never trimmed, never truncated.",
            "example": example,
        },
    )


class RegistrationSchema(RequestSchema):
    """A new user's name and password."""

    username = fields.String(
        required=True,
        validate=_username,
        metadata={
            "minLength": 1,
            "description": "1 to 64 characters after trimming and NFKC; case does not tell apart.",
            "example": "user1",
        },
    )
    password = new_password("password123")
    email = EmailField(allow_none=True)
    locale = LocaleField(
        allow_none=True, metadata={"example": "de", "description": "The language for mails."}
    )

    @validates_schema(skip_on_field_errors=False)
    def _require_email(self, data: dict[str, Any], **_: object) -> None:
        missing = data.get("email") is None and _address_in(data.get("username", "")) is None
        if current_app.config["EMAIL"] == "required" and missing:
            raise ValidationError("Missing data for required field.", "email")

    @post_load
    def _take_address_from_name(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**data, "email": data.get("email") or _address_in(data["username"])}
