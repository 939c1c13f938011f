"""The shapes of questions about tokens."""

from typing import Any

from marshmallow import ValidationError, fields

from authapi.core.roles import MAXIMUM_COUNT, NAME, problems
from authapi.web.schemas import RequestSchema


def _roles(names: list[Any]) -> None:
    if wrong := problems(names):
        raise ValidationError(wrong)


class VerifySchema(RequestSchema):
    """What a caller has to be allowed."""

    role = fields.List(
        fields.String(metadata={"pattern": f"^{NAME}$"}),
        load_default=[],
        validate=_roles,
        metadata={
            "description": "One of these is asked for.",
            "maxItems": MAXIMUM_COUNT,
            "example": ["editor"],
        },
    )
