"""The shape of a user's own events."""

from typing import Any

from marshmallow import Schema, fields, validate

from authapi.audit.cursors import Cursor
from authapi.core.events import Event
from authapi.web.schemas import RequestSchema

LONGEST_PAGE = 100
"""How many events one answer tells at most."""


class EventSchema(Schema):
    """A security event of the caller's."""

    at = fields.DateTime(required=True)
    last_at = fields.DateTime(
        required=True,
        metadata={"description": "The last of several that are told as one; else as `at`."},
    )
    count = fields.Integer(required=True, metadata={"description": "How many are told as one."})
    event = fields.String(required=True, metadata={"enum": [event.value for event in Event]})
    reason = fields.String(required=True, allow_none=True)
    session_id = fields.String(required=True, allow_none=True)
    address = fields.String(required=True)
    user_agent = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)


class CursorField(fields.String):
    """The `next` of an earlier page."""

    default_error_messages = {"invalid": "Before must be the `next` of an earlier page."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return Cursor.parse(text)
        except ValueError:
            raise self.make_error("invalid") from None


class ActivityQuerySchema(RequestSchema):
    """Which page of the caller's events."""

    limit = fields.Integer(
        load_default=LONGEST_PAGE,
        validate=validate.Range(1, LONGEST_PAGE, error=f"Limit must be from 1 to {LONGEST_PAGE}."),
        metadata={"description": "How many events at most.", "default": LONGEST_PAGE},
    )
    before = CursorField(
        load_default=None, metadata={"description": "The `next` of the page before this one."}
    )


class ActivitySchema(Schema):
    """A page of the caller's events."""

    status = fields.String(required=True, metadata={"enum": ["ok"]})
    events = fields.List(fields.Nested(EventSchema), required=True)
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "`before` for the next page; null at the end."},
    )
