"""Reads forms as strictly as JSON bodies."""

from urllib.parse import parse_qsl

import flask

from authapi.core.errors import ApiError, ErrorCode
from authapi.web.body import whole_body

TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


def read_form(request: flask.Request) -> dict[str, str]:
    """Return a form's values by their names.

    Raises:
        ApiError: `unsupported_media_type`; `bad_request` for invalid UTF-8, or a field that comes
            twice.
        RequestEntityTooLarge: see `whole_body`.
    """
    if request.mimetype != TYPE or request.content_encoding not in {None, "", "identity"}:
        raise ApiError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    raw = whole_body(request)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise ApiError(ErrorCode.BAD_REQUEST) from None
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ApiError(ErrorCode.BAD_REQUEST)
    return values
