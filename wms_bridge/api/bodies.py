"""Shapes of bodies that are read and written as records rather than as models: for the OpenAPI
document."""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

import msgspec

from planner.warehouse.commands import Command
from planner.warehouse.counts import SlotCount
from planner.warehouse.rules import FloorRule
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from wms_bridge.answers import BridgeKpis
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.counts import CountTaskRecord
from wms_bridge.records.siting import DraftTold
from wms_bridge.records.work import PickRecord, PutRecord, RuleRecord, SkuRecord

JSON = "application/json"
_REF = "#/components/schemas/{name}"
_COMMANDS = get_args(Command)
_KINDS = (
    Site,
    SkuRecord,
    FloorView,
    SlotCount,
    FloorRule,
    RuleRecord,
    PickRecord,
    PutRecord,
    CountTaskRecord,
    LedgerReport,
    BridgeKpis,
    DraftTold,
    *_COMMANDS,
)
OBJECT: Mapping[str, Any] = {"type": "object"}
EVENT: Mapping[str, Any] = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string"}},
}
"""An event of the feed; its other fields depend on its type."""
NUMBERED: Mapping[str, Any] = {
    "type": "object",
    "required": ["number", "at_ms", "event"],
    "properties": {"number": {"type": "integer"}, "at_ms": {"type": "integer"}, "event": EVENT},
}


@cache
def record_schemas() -> Mapping[str, Any]:
    """The schemas by name, as they stand under ``#/components/schemas``. A command has its name in
    ``type``; a rule sent is named by the address."""
    _, made = msgspec.json.schema_components(_KINDS, ref_template=_REF)
    for kind in _COMMANDS:
        schema = made[kind.__name__]
        schema["properties"] = {"type": {"const": kind.__name__}, **schema["properties"]}
        schema["required"] = ["type", *schema["required"]]
    sent = made["FloorRule"]
    made["FloorRuleIn"] = {
        **sent,
        "properties": {n: one for n, one in sent["properties"].items() if n != "rule"},
        "required": [name for name in sent["required"] if name != "rule"],
    }
    return dict(made)


def ref(name: str) -> Mapping[str, Any]:
    """A schema by name."""
    return {"$ref": _REF.format(name=name)}


def array(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A list of such."""
    return {"type": "array", "items": schema}


def list_of(name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object with a list of such under ``name``."""
    return {"type": "object", "required": [name], "properties": {name: array(schema)}}


def commands() -> Mapping[str, Any]:
    """A list of commands of the dispatcher."""
    return array({"anyOf": [ref(kind.__name__) for kind in _COMMANDS]})


def sends(schema: Mapping[str, Any], *kinds: str) -> dict[str, Any]:
    """``openapi_extra`` of a route that reads its body itself; JSON unless said otherwise."""
    content = {kind: {"schema": dict(schema)} for kind in kinds or (JSON,)}
    return {"requestBody": {"required": True, "content": content}}


def answers(schema: Mapping[str, Any], *kinds: str) -> dict[int | str, dict[str, Any]]:
    """``responses`` of a route that writes its answer itself; JSON unless said otherwise."""
    content = {kind: {"schema": dict(schema)} for kind in kinds or (JSON,)}
    return {200: {"content": content, "description": "As asked for."}}
