"""EPCIS documents as plain JSON data, ready for ``json`` or ``msgspec``."""

from typing import Any

from wms_bridge.epcis.event import Document, EpcisDocument, EpcisEvent
from wms_bridge.epcis.fields import write_record


def write_event(event: EpcisEvent) -> dict[str, Any]:
    """One event; fields in the order of the standard, extensions last."""
    return write_record(event)


def write_document(document: Document) -> dict[str, Any]:
    """A whole document. What was read is written equal in meaning: nothing is left out, the order
    of object members may differ."""
    listed = [write_event(event) for event in document.events]
    found: dict[str, Any] = {
        "@context": document.context,
        "id": document.id,
        "type": "EPCISDocument",
        "schemaVersion": document.schema_version,
        "creationDate": document.creation_date,
    }
    if isinstance(document, EpcisDocument):
        found |= {
            "sender": document.sender,
            "receiver": document.receiver,
            "instanceIdentifier": document.instance_identifier,
            "epcisHeader": document.header,
            "epcisBody": {"eventList": listed},
        }
    else:
        body = {"eventList": listed}
        if document.vocabulary_list is not None:
            body["vocabularyList"] = list(document.vocabulary_list)
        results = {
            "subscriptionID": document.subscription_id,
            "queryName": document.query_name,
            "resultsBody": body,
        }
        found |= {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": _present(results)}}
    return _present(found) | dict(document.extensions)


def _present(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}
