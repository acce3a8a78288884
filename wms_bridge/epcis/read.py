"""EPCIS documents and query documents in JSON or JSON-LD (EPCIS 2.0, section 10), read.

JSON-LD contexts are not fetched: fields go by the names that the standard gives them in JSON, and
others by a prefix. Events of types of one's own (extended events) are refused.
"""

from collections.abc import Mapping
from typing import Any

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.epcis import values
from wms_bridge.epcis.event import (
    AggregationEvent,
    AssociationEvent,
    Document,
    EpcisDocument,
    EpcisEvent,
    EpcisQueryDocument,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)
from wms_bridge.epcis.fields import read_record
from wms_bridge.epcis.values import mapping, refused, text

MAX_BYTES = 16 * 1024 * 1024
"""Largest document that is read."""

KINDS: Mapping[str, type[EpcisEvent]] = {
    kind.__name__: kind
    for kind in (
        ObjectEvent,
        AggregationEvent,
        AssociationEvent,
        TransactionEvent,
        TransformationEvent,
    )
}
_DOCUMENT = {
    "id": ("id", values.uri),
    "schemaVersion": ("schema_version", values.version),
    "creationDate": ("creation_date", values.time),
}
_HANDED_OVER = {
    "sender": ("sender", text),
    "receiver": ("receiver", text),
    "instanceIdentifier": ("instance_identifier", text),
    "epcisHeader": ("header", values.plain_object),
}


def read_document(raw: bytes | str) -> Document:
    """The document; :class:`InvalidMessage` with the path of the first field that is wrong."""
    if len(raw) > MAX_BYTES:
        raise refused("document", "too large", len(raw), f"Send at most {MAX_BYTES} bytes at once.")
    try:
        data = decode(raw)
    except (RecursionError, UnicodeDecodeError) as error:
        raise InvalidMessage(
            f"not a document: {error}", field="document", remedy="Send JSON in UTF-8."
        ) from error
    kind = mapping(data, "document").get("type")
    if kind not in ("EPCISDocument", "EPCISQueryDocument"):
        raise refused("type", "not an EPCIS document", kind, "Send an EPCISDocument.")
    if "@context" not in data:
        raise refused("@context", "missing", None, "Name the JSON-LD context of EPCIS 2.0.")
    return _handed_over(data) if kind == "EPCISDocument" else _answer(data)


def read_event(data: Any, path: str = "event") -> EpcisEvent:
    """One event from plain JSON data."""
    kind = mapping(data, path).get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        known = ", ".join(KINDS)
        raise refused(f"{path}.type", "unknown kind of event", kind, f"Known: {known}.")
    event: EpcisEvent = read_record(KINDS[kind], data, path)
    _check_what(event, path)
    return event


def _handed_over(data: dict[str, Any]) -> EpcisDocument:
    known = _DOCUMENT | _HANDED_OVER
    found = _fields(data, known, {"@context", "type", "epcisBody"})
    for key in ("schemaVersion", "creationDate", "epcisBody"):
        if key not in data:
            raise refused(key, "missing", None, "Every EPCISDocument has it.")
    body = mapping(data["epcisBody"], "epcisBody")
    return EpcisDocument(events=_events(body, "epcisBody"), **found)


def _answer(data: dict[str, Any]) -> EpcisQueryDocument:
    found = _fields(data, _DOCUMENT, {"@context", "type", "epcisBody"})
    path = "epcisBody.queryResults"
    results = mapping(_inside(data, "epcisBody", "epcisBody").get("queryResults"), path)
    body = _inside(results, "resultsBody", path)
    if "queryName" not in results:
        raise refused(f"{path}.queryName", "missing", None, "Name the query that is answered.")
    if "subscriptionID" in results:
        found["subscription_id"] = text(results["subscriptionID"], f"{path}.subscriptionID")
    if "vocabularyList" in body:
        where = f"{path}.resultsBody.vocabularyList"
        found["vocabulary_list"] = values.many(values.plain_object)(body["vocabularyList"], where)
    return EpcisQueryDocument(
        query_name=text(results["queryName"], f"{path}.queryName"),
        events=_events(body, f"{path}.resultsBody"),
        **found,
    )


def _inside(data: dict[str, Any], key: str, path: str) -> dict[str, Any]:
    return mapping(data.get(key), path if key == path else f"{path}.{key}")


def _fields(
    data: dict[str, Any], known: Mapping[str, tuple[str, values.Reader]], elsewhere: set[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {"context": values.plain(data["@context"], "@context")}
    extensions: dict[str, Any] = {}
    for key, value in data.items():
        if key in known:
            name, read = known[key]
            found[name] = read(value, key)
        elif ":" in key:
            extensions[key] = values.plain(value, key)
        elif key not in elsewhere:
            raise refused(
                key, "no field of the document", value, "Leave it out, or give it a namespace."
            )
    return found | {"extensions": extensions}


def _events(body: dict[str, Any], path: str) -> tuple[EpcisEvent, ...]:
    listed = body.get("eventList")
    if not isinstance(listed, list):
        raise refused(f"{path}.eventList", "not an array", listed, "Send a list of events.")
    return tuple(read_event(each, f"{path}.eventList[{at}]") for at, each in enumerate(listed))


def _check_what(event: EpcisEvent, path: str) -> None:
    """Every event names objects (EPCIS 2.0, 7.4.2 to 7.4.6)."""
    if isinstance(event, ObjectEvent) and event.ilmd is not None and event.action != "ADD":
        raise refused(f"{path}.ilmd", "only new objects have it", event.action, "Leave it out.")
    if isinstance(event, TransactionEvent) and not event.biz_transactions:
        raise refused(f"{path}.bizTransactionList", "missing", None, "Name the transaction.")
    if not _names_objects(event):
        raise refused(path, "names no objects", None, f"Send {_NEEDED[type(event)]}.")


_NEEDED: Mapping[type[EpcisEvent], str] = {
    ObjectEvent: "epcList, quantityList, or sensorElementList with readPoint",
    AggregationEvent: "childEPCs or childQuantityList",
    AssociationEvent: "childEPCs or childQuantityList",
    TransactionEvent: "epcList or quantityList",
    TransformationEvent: "inputs and outputs, or a transformationID with either",
}


def _names_objects(event: EpcisEvent) -> bool:
    match event:
        case ObjectEvent():
            sensed = bool(event.sensor_elements and event.read_point)
            return event.epcs is not None or bool(event.quantities) or sensed
        case AggregationEvent() | AssociationEvent():
            return event.action == "DELETE" or bool(event.child_epcs or event.child_quantities)
        case TransactionEvent():
            named = event.epcs is not None or bool(event.quantities)
            return named or event.action == "DELETE"
        case TransformationEvent():
            came = bool(event.input_epcs or event.input_quantities)
            left = bool(event.output_epcs or event.output_quantities)
            return (came and left) or ((came or left) and event.transformation_id is not None)
        case _:
            return False
