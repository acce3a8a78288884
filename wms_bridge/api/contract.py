"""The OpenAPI document of the bridge: what FastAPI knows, and every problem an operation may answer
with."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from wms_bridge.api.bodies import record_schemas
from wms_bridge.api.catalogue import Problem, kinds_by_status
from wms_bridge.api.problems import MEDIA_TYPE
from wms_bridge.api.requests import NamedOrderIn

TITLE = "Podherd bridge"
VERSION = "1.0.0"
"""Of the contract: the first number changes with a break, the second with an addition."""

ALWAYS = (400, 401, 403, 404, 405, 414, 422, 429, 431, 500, 503)
WITH_BODY = (413, 415)
_SCHEMA = "#/components/schemas/"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_BEARER = {"type": "http", "scheme": "bearer", "description": "A key, if the bridge asks for one."}


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=TITLE, version=VERSION, routes=app.routes)
        for _, operation in operations(made):
            _add_problems(operation)
        _add_components(made)
        app.openapi_schema = made
    return app.openapi_schema


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield path, operation


def add_schemas(document: dict[str, Any], *models: type[BaseModel]) -> None:
    """Add the schemas of models that no route names by itself."""
    known = document["components"]["schemas"]
    for model in models:
        made = model.model_json_schema(ref_template=_SCHEMA + "{model}")
        for name, schema in made.pop("$defs", {}).items():
            known.setdefault(name, schema)
        known.setdefault(model.__name__, made)


def _add_problems(operation: dict[str, Any]) -> None:
    statuses = [*ALWAYS]
    if "requestBody" in operation:
        statuses += WITH_BODY
    if not operation["operationId"].endswith("_get"):
        statuses.append(409)
    answers = operation["responses"]
    answers.pop("422", None)
    for status in sorted(statuses):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})


def _add_components(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    add_schemas(document, Problem, NamedOrderIn)
    for name, schema in record_schemas().items():
        schemas.setdefault(name, schema)
    components["responses"] = {
        f"Problem{status}": {
            "description": "; ".join(f"`{kind.code}`: {kind.meaning}" for kind in kinds),
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMA}Problem"}}},
        }
        for status, kinds in sorted(kinds_by_status().items())
    }
    components["securitySchemes"] = {"bearer": _BEARER}
    document["security"] = [{"bearer": []}, {}]
