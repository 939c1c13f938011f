"""What we use of flask-smorest, which has no types of its own."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import apispec
import flask
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

_F = TypeVar("_F", bound=Callable[..., Any])

class Blueprint(flask.Blueprint):
    ARGUMENTS_PARSER: ClassVar[FlaskParser]
    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        description: str = "",
        template_folder: str | None = None,
        url_prefix: str | None = None,
    ) -> None: ...
    def route(self, rule: str, **options: Any) -> Callable[[_F], _F]: ...
    def arguments(
        self, schema: Schema | type[Schema], *, location: str = "json", **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...
    description: str
    def response(
        self, status_code: int, schema: Schema | type[Schema] | None = None
    ) -> Callable[[_F], _F]: ...
    def register_views_in_doc(
        self, api: Api, app: flask.Flask, spec: apispec.APISpec, *, name: str, parameters: None
    ) -> None: ...
    @staticmethod
    def doc(**operation: Any) -> Callable[[_F], _F]: ...

class Api:
    ERROR_SCHEMA: ClassVar[type[Schema]]
    spec: apispec.APISpec
    def __init__(self, app: flask.Flask, *, spec_kwargs: dict[str, Any]) -> None: ...
    def register_blueprint(self, blueprint: flask.Blueprint) -> None: ...
    def _register_error_handlers(self) -> None: ...
