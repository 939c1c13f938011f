"""The shapes of one's own account."""

from marshmallow import Schema, fields

from authapi.accounts.schemas import new_password
from authapi.audit.schemas import EventSchema
from authapi.sessions.schemas import SessionSchema
from authapi.signin.schemas import ConfirmationSchema, EvidenceSchema, present_password
from authapi.web.schemas import AnswerSchema


class PasswordChangeSchema(EvidenceSchema):
    """The present password, and the new one."""

    current_password = present_password(required=True, attribute="password")
    new_password = new_password("a better password")


class DeletionSchema(ConfirmationSchema):
    """The password and the second step, asked for again before something that cannot be undone."""


class ProfileSchema(AnswerSchema):
    """Who the caller is."""

    username = fields.String(required=True)
    user_id = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    session_id = fields.String(required=True)
    roles = fields.List(
        fields.String(), metadata={"description": "What the caller may do, if that is anything."}
    )
    email = fields.String(metadata={"description": "The confirmed address, if there is one."})
    pending_email = fields.String(metadata={"description": "One that waits to be confirmed."})


class FailedLoginsSchema(Schema):
    """The account's failed logins in a row, and its known networks."""

    in_a_row = fields.Integer(required=True)
    last_at = fields.DateTime(required=True, allow_none=True)
    known_places = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Keyed fingerprints of the account and an address, no addresses."},
    )


class ExportSchema(AnswerSchema):
    """All that is stored about the caller."""

    user = fields.Dict(required=True)
    sessions = fields.List(fields.Nested(SessionSchema), required=True)
    failed_logins = fields.Nested(FailedLoginsSchema, required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    factors = fields.Dict(required=True)
    passkeys = fields.List(fields.Dict(), required=True)
    addresses = fields.List(
        fields.String(), metadata={"description": "Held for the account, where mail is on."}
    )
    mails = fields.List(
        fields.Dict(), metadata={"description": "To the account, and what became of them."}
    )
    before_adoption = fields.Dict(
        metadata={"description": "What another program stored of the user, without secrets."}
    )
