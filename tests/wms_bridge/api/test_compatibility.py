"""Each kind of change of the contract: those that break callers are named, others are not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from wms_bridge.api.compatibility import breaks

Document = dict[str, Any]
PUT = "PUT /v1/orders/{id}"


def contract() -> Document:
    """One operation with a parameter of each kind, a body and an answer."""
    order = {
        "type": "object",
        "required": ["sku"],
        "properties": {
            "sku": {"type": "string", "maxLength": 10},
            "priority": {"type": "integer", "minimum": 0},
            "description": {"type": "string"},
            "due": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
        },
    }
    taken = {
        "type": "object",
        "required": ["status", "pieces"],
        "properties": {
            "status": {"type": "string", "enum": ["open", "complete"]},
            "pieces": {"type": "integer"},
            "due": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
    }
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Taken"}}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
    return {
        "paths": {
            "/v1/orders/{id}": {
                "put": {
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {}},
                        {"name": "limit", "in": "query", "schema": {"maximum": 9}},
                        {"name": "sort", "in": "query", "schema": {"enum": ["a", "b"]}},
                    ],
                    "requestBody": body,
                    "responses": {"200": answer, "409": {"$ref": "#/components/responses/No"}},
                },
                "delete": {"responses": {"204": {}}},
            }
        },
        "components": {
            "schemas": {"Order": order, "Taken": taken},
            "responses": {"No": {"content": {"application/problem+json": {"schema": {}}}}},
        },
    }


def put(document: Document) -> Document:
    found: Document = document["paths"]["/v1/orders/{id}"]["put"]
    return found


def sent(document: Document) -> Document:
    found: Document = document["components"]["schemas"]["Order"]
    return found


def told(document: Document) -> Document:
    found: Document = document["components"]["schemas"]["Taken"]
    return found


def parameter(document: Document, name: str) -> Document:
    return next(one for one in put(document)["parameters"] if one["name"] == name)


BREAKS: dict[str, tuple[Callable[[Document], object], str]] = {
    "path removed": (lambda d: d["paths"].clear(), "/v1/orders/{id}: removed"),
    "method removed": (
        lambda d: d["paths"]["/v1/orders/{id}"].pop("delete"),
        "DELETE /v1/orders/{id}: removed",
    ),
    "parameter removed": (
        lambda d: put(d)["parameters"].pop(1),
        f"{PUT} query parameter limit: removed",
    ),
    "new required parameter": (
        lambda d: put(d)["parameters"].append(
            {"name": "key", "in": "header", "required": True, "schema": {}}
        ),
        f"{PUT} header parameter key: new, and required",
    ),
    "parameter now required": (
        lambda d: parameter(d, "limit").update(required=True),
        f"{PUT} query parameter limit: now required",
    ),
    "parameter bound tighter": (
        lambda d: parameter(d, "limit")["schema"].update(maximum=8),
        f"{PUT} query parameter limit: maximum 9 became 8",
    ),
    "value of a parameter removed": (
        lambda d: parameter(d, "sort")["schema"].update(enum=["a"]),
        f"{PUT} query parameter sort: value b no longer taken",
    ),
    "body now required": (
        lambda d: put(d)["requestBody"].update(required=True),
        f"{PUT} body: now required",
    ),
    "body removed": (lambda d: put(d).pop("requestBody"), f"{PUT} body: removed"),
    "media type removed": (
        lambda d: put(d)["requestBody"]["content"].clear(),
        f"{PUT} body: media type application/json removed",
    ),
    "new required field sent": (
        lambda d: sent(d).update(
            required=["sku", "owner"], properties={**sent(d)["properties"], "owner": {}}
        ),
        f"{PUT} body.owner: new, and required",
    ),
    "field sent now required": (
        lambda d: sent(d)["required"].append("priority"),
        f"{PUT} body.priority: now required",
    ),
    "field no longer taken": (
        lambda d: (
            sent(d)["properties"].pop("priority"),
            sent(d).update(additionalProperties=False),
        ),
        f"{PUT} body.priority: removed",
    ),
    "field called description changed": (
        lambda d: sent(d)["properties"].update(description={"type": "integer"}),
        f"{PUT} body.description: type string became integer",
    ),
    "other fields refused": (
        lambda d: sent(d).update(additionalProperties=False),
        f"{PUT} body: other fields are no longer taken",
    ),
    "type narrowed": (
        lambda d: sent(d)["properties"].update(due={"type": "integer"}),
        f"{PUT} body.due: null no longer taken",
    ),
    "number became integer": (
        lambda d: told(d)["properties"].update(pieces={"type": "number"}),
        f"{PUT} answer 200.pieces: type integer became number",
    ),
    "type of a field changed": (
        lambda d: sent(d)["properties"].update(priority={"type": "string"}),
        f"{PUT} body.priority: type integer became string",
    ),
    "new bound": (
        lambda d: sent(d)["properties"]["sku"].update(minLength=1),
        f"{PUT} body.sku: minLength None became 1",
    ),
    "new pattern": (
        lambda d: sent(d)["properties"]["sku"].update(pattern="^A"),
        f"{PUT} body.sku: pattern None became ^A",
    ),
    "answer removed": (lambda d: put(d)["responses"].pop("409"), f"{PUT}: answer 409 removed"),
    "field of the answer removed": (
        lambda d: told(d)["properties"].pop("due"),
        f"{PUT} answer 200.due: removed",
    ),
    "field of the answer no longer there": (
        lambda d: told(d)["required"].remove("pieces"),
        f"{PUT} answer 200.pieces: no longer always there",
    ),
    "new value in the answer": (
        lambda d: told(d)["properties"]["status"]["enum"].append("lost"),
        f"{PUT} answer 200.status: value lost is new in the answer",
    ),
    "value of the answer removed": (
        lambda d: told(d)["properties"]["status"]["enum"].remove("open"),
        f"{PUT} answer 200.status: value open removed",
    ),
    "answer may be null": (
        lambda d: told(d)["properties"].update(
            pieces={"anyOf": [{"type": "integer"}, {"type": "null"}]}
        ),
        f"{PUT} answer 200.pieces: null new in the answer",
    ),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_is_named(kind: str) -> None:
    change, told_as = BREAKS[kind]
    now = copy.deepcopy(contract())
    change(now)
    assert told_as in breaks(contract(), now)


ADDITIONS: dict[str, Callable[[Document], object]] = {
    "nothing": lambda d: None,
    "new path": lambda d: d["paths"].update({"/v1/new": {"get": {"responses": {}}}}),
    "new method": lambda d: d["paths"]["/v1/orders/{id}"].update(get={"responses": {}}),
    "new answer": lambda d: put(d)["responses"].update({"429": {}}),
    "new parameter": lambda d: put(d)["parameters"].append(
        {"name": "fast", "in": "query", "schema": {}}
    ),
    "parameter of the path renamed": lambda d: d["paths"].update(
        {"/v1/orders/{order}": d["paths"].pop("/v1/orders/{id}")}
    ),
    "new field sent": lambda d: sent(d)["properties"].update(owner={"type": "string"}),
    "field sent no longer required": lambda d: sent(d)["required"].clear(),
    "bound wider": lambda d: sent(d)["properties"]["sku"].update(maxLength=20),
    "bound gone": lambda d: sent(d)["properties"]["sku"].pop("maxLength"),
    "type wider": lambda d: sent(d)["properties"].update(priority={"type": "number"}),
    "new value taken": lambda d: parameter(d, "sort")["schema"]["enum"].append("c"),
    "new field told": lambda d: told(d)["properties"].update(lot={"type": "string"}),
    "field always told": lambda d: told(d)["required"].append("due"),
    "never null any more": lambda d: told(d)["properties"].update(due={"type": "integer"}),
    "other words": lambda d: sent(d)["properties"]["sku"].update(title="SKU", description="x"),
}


@pytest.mark.parametrize("kind", ADDITIONS)
def test_an_addition_breaks_nobody(kind: str) -> None:
    now = copy.deepcopy(contract())
    ADDITIONS[kind](now)
    assert breaks(contract(), now) == []
