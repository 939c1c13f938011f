"""Shapes that several rooms share."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from authapi.core.cursors import Cursor


class RequestSchema(Schema):
    """A request's body or headers; unknown members are ignored (S15)."""

    class Meta:
        """marshmallow's options."""

        unknown = EXCLUDE


class OptionalBodySchema(RequestSchema):
    """A body without required members: it may be left out."""


class StrictBoolean(fields.Boolean):
    """`true` or `false`; marshmallow's own field takes 1 and 0 as well."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ANN401
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def length(name: str, longest: int) -> validate.Length:
    """Return what is asked of a text that must not be empty; `name` is how people read it."""
    return validate.Length(1, longest, error=f"{name} must be 1 to {longest} characters long.")


class AnswerSchema(Schema):
    """A success."""

    status = fields.String(required=True, metadata={"enum": ["ok"]})


class PageEndSchema(AnswerSchema):
    """A success with a page of a list."""

    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "`before` for the next page; null at the end."},
    )


class MessageSchema(AnswerSchema):
    """A success with a message and nothing else."""

    message = fields.String(required=True)


IDEMPOTENCY_KEY = "Idempotency-Key"


class IdempotencySchema(RequestSchema):
    """The header by which a repeated request is recognised (`Idempotency-Key`)."""

    idempotency_key = fields.String(
        data_key=IDEMPOTENCY_KEY,
        validate=validate.Regexp(
            r"^[\x21-\x7e]{16,128}$",
            error=f"{IDEMPOTENCY_KEY} must be 16 to 128 visible ASCII characters.",
        ),
        metadata={
            "description": "Random, made by the client and stored before it sends: the same request"
            " with the same key is answered with the same success."
        },
    )


class AccessTokenSchema(AnswerSchema):
    """An access token of a session."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True, metadata={"enum": ["Bearer"]})
    expires_in = fields.Integer(
        required=True, metadata={"description": "Seconds that the access token lives."}
    )


class TokenPairSchema(AccessTokenSchema):
    """The tokens of a session."""

    refresh_token = fields.String(required=True)


class RenewedSessionSchema(MessageSchema):
    """Fresh tokens of the caller's session, after all others were ended.

    They are missing where this session ended meanwhile.
    """

    access_token = fields.String()
    refresh_token = fields.String()
    token_type = fields.String(metadata={"enum": ["Bearer"]})
    expires_in = fields.Integer(metadata={"description": "Seconds that the access token lives."})


EXAMPLE_TOKENS: dict[str, object] = {
    "status": "ok",
    "access_token": "eyJhbGciOiJIUzI1NiIsImtpZCI6…",
    "refresh_token": "eyJhbGciOiJIUzI1NiIsImtpZCI6…",
    "expires_in": 900,
    "token_type": "Bearer",
}
"""The example of an answer with both tokens."""

EXAMPLE_ACCESS = {name: shown for name, shown in EXAMPLE_TOKENS.items() if name != "refresh_token"}
"""The example of an answer with an access token alone."""


LONGEST_PAGE = 100
"""The most items on one page."""


class CursorField(fields.String):
    """The `next` of an earlier page."""

    default_error_messages = {"invalid": "Before must be the `next` of an earlier page."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return Cursor.parse(text)
        except ValueError:
            raise self.make_error("invalid") from None


class PageSchema(RequestSchema):
    """Which page of a list, the newest first."""

    limit = fields.Integer(
        load_default=LONGEST_PAGE,
        validate=validate.Range(1, LONGEST_PAGE, error=f"Limit must be from 1 to {LONGEST_PAGE}."),
        metadata={"description": "How many items at most.", "default": LONGEST_PAGE},
    )
    before = CursorField(
        load_default=None, metadata={"description": "The `next` of the page before this one."}
    )
