"""The shape of a user's own events."""

from marshmallow import Schema, fields

from authapi.core.events import Event
from authapi.web.schemas import PageEndSchema


class EventSchema(Schema):
    """A security event of the caller's."""

    at = fields.DateTime(required=True)
    last_at = fields.DateTime(
        required=True,
        metadata={"description": "When the last of them was; as `at` for a single event."},
    )
    count = fields.Integer(required=True, metadata={"description": "How many events these are."})
    event = fields.String(required=True, metadata={"enum": [event.value for event in Event]})
    reason = fields.String(required=True, allow_none=True)
    session_id = fields.String(required=True, allow_none=True)
    address = fields.String(required=True)
    user_agent = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)


class ActivitySchema(PageEndSchema):
    """A page of the caller's events."""

    events = fields.List(fields.Nested(EventSchema), required=True)
