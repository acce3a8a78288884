"""What is no EPCIS document is refused, with the place, the value and a remedy."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from wms_bridge.epcis import read
from wms_bridge.epcis.read import read_document
from wms_bridge.epcis.values import MAX_DEPTH

EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-11-29T08:15:30.250+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sgtin:0614141.107346.2"],
    "action": "OBSERVE",
}


def document(*events: Any, **fields: Any) -> dict[str, Any]:
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-29T08:15:31Z",
        "epcisBody": {"eventList": list(events)},
        **fields,
    }


def refusal(data: Any) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        read_document(data if isinstance(data, bytes) else json.dumps(data))
    return caught.value


AT = "epcisBody.eventList[0]"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"eventTime": "2026-11-29T08:15:30"}, "eventTime"),
        ({"eventTime": "2026-02-30T08:15:30Z"}, "eventTime"),
        ({"eventTime": "0001-01-01T00:00:00+01:00"}, "eventTime"),
        ({"eventTime": 1_700_000_000_000}, "eventTime"),
        ({"eventTimeZoneOffset": "+15:00"}, "eventTimeZoneOffset"),
        ({"eventID": "no uri"}, "eventID"),
        ({"epcList": ["4012345"]}, "epcList[0]"),
        ({"epcList": ["urn:a:b", "urn:a:b"]}, "epcList[1]"),
        ({"epcList": "urn:a:b"}, "epcList"),
        ({"action": "LOOK"}, "action"),
        ({"bizStep": "cycle_countin"}, "bizStep"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:receiving"}, "bizStep"),
        ({"disposition": ["damaged"]}, "disposition"),
        ({"persistentDisposition": {"set": []}}, "persistentDisposition.set"),
        ({"persistentDisposition": {}}, "persistentDisposition"),
        ({"readPoint": {}}, "readPoint.id"),
        ({"readPoint": "urn:a:b"}, "readPoint"),
        ({"quantityList": [{"epcClass": "urn:a:b", "quantity": "3"}]}, "quantityList[0].quantity"),
        ({"quantityList": [{"epcClass": "urn:a:b", "quantity": True}]}, "quantityList[0].quantity"),
        ({"quantityList": [{"epcClass": "urn:a:b", "uom": "kg"}]}, "quantityList[0].uom"),
        ({"quantityList": [{"epcClass": "urn:a:b", "a:b": 1}]}, "quantityList[0].a:b"),
        ({"sourceList": [{"source": "urn:a:b"}]}, "sourceList[0].type"),
        ({"sensorElementList": [{}]}, "sensorElementList[0].sensorReport"),
        (
            {"sensorElementList": [{"sensorReport": [{"value": 1}]}]},
            "sensorElementList[0].sensorReport[0].type",
        ),
        (
            {"sensorElementList": [{"sensorReport": [{"type": "Count", "value": "1"}]}]},
            "sensorElementList[0].sensorReport[0].value",
        ),
        ({"errorDeclaration": {"reason": "incorrect_data"}}, "errorDeclaration.declarationTime"),
        ({"ilmd": {"a:b": 1}}, "ilmd"),
        ({"epclist": []}, "epclist"),
        ({"type": "QuantityEvent"}, "type"),
        ({"type": ["ObjectEvent"]}, "type"),
    ],
)
def test_the_field_that_is_wrong_is_named(fields: dict[str, Any], path: str) -> None:
    error = refusal(document(EVENT | fields))
    assert error.field == f"{AT}.{path}"
    assert error.remedy


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], "document"),
        ({"type": "Order"}, "type"),
        (document() | {"@context": "x", "sender": 3}, "sender"),
        (document(creationDate="today"), "creationDate"),
        (document(schemaVersion="two"), "schemaVersion"),
        (document(epcisBody=[]), "epcisBody"),
        (document(epcisBody={}), "epcisBody.eventList"),
        (document(note="x"), "note"),
        (document(type="EPCISQueryDocument"), "epcisBody.queryResults"),
        ({key: each for key, each in document().items() if key != "@context"}, "@context"),
        ({key: each for key, each in document().items() if key != "creationDate"}, "creationDate"),
        (document(3), AT),
        (document({key: each for key, each in EVENT.items() if key != "epcList"}), AT),
    ],
)
def test_so_is_what_is_wrong_around_the_events(data: Any, path: str) -> None:
    assert refusal(data).field == path


def test_long_values_are_cut_in_the_message() -> None:
    assert len(str(refusal(document(EVENT | {"action": "x" * 10_000})))) < 400


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"type":"\\ud800"}', b'{"a":NaN}']
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    refusal(raw)


def nested(levels: int) -> Any:
    data: Any = 1
    for _ in range(levels):
        data = {"a:b": data}
    return data


def test_extensions_have_a_depth() -> None:
    assert read_document(json.dumps(document(EVENT | {"a:b": nested(MAX_DEPTH)})))
    error = refusal(document(EVENT | {"a:b": nested(MAX_DEPTH + 1)}))
    assert "too deep" in error.problem


def test_documents_have_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = json.dumps(document(EVENT)).encode()
    monkeypatch.setattr(read, "MAX_BYTES", len(raw))
    assert read_document(raw)
    monkeypatch.setattr(read, "MAX_BYTES", len(raw) - 1)
    assert refusal(raw).problem == "too large"


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        *("quantityList", "readPoint", "sensorElementList", "errorDeclaration", "sourceList"),
        *("persistentDisposition", "bizTransactionList", "ilmd", "@context", "certificationInfo"),
        *EVENT,
    ]
)


@given(st.dictionaries(KEYS, ANY_JSON, max_size=3))
def test_whatever_stands_in_a_field_is_read_or_refused(fields: dict[str, Any]) -> None:
    try:
        fine = len(read_document(json.dumps(document(EVENT | fields))).events) == 1
    except InvalidMessage as error:
        fine = error.field.startswith(AT) or "JSON" in error.problem
    assert fine
