"""What settled cases tell as EPCIS events, and that the schema takes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from planner.codec.messages import decode
from planner.warehouse.counts import SlotCount
from planner.warehouse.ids import Sku
from wms_bridge.deciding import Decision
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.read import read_event
from wms_bridge.records.counts import CaseAction, CountParams
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

CountMaker = Callable[..., SlotCount]
CASE = "C000001"
DEAR = 40.0


def events(bridge: Bridge) -> list[dict[str, Any]]:
    return [decode(record.body) for record in bridge.counts.epcis()]


def told(bridge: Bridge) -> list[tuple[str, str]]:
    return [(event["bizStep"], event["disposition"]) for event in events(bridge)]


def decide(bridge: Bridge, action: CaseAction) -> None:
    bridge.counts.decide(CASE, Decision(action, "see photo", "EVE", 1), 99_000)


def test_as_booked_is_completeness_verified(bridge: Bridge, seen: CountMaker) -> None:
    bridge.counts.take([seen(10)], 61_000)
    [event] = events(bridge)
    assert (event["bizStep"], event["disposition"]) == ("cycle_counting", "completeness_verified")
    assert event["eventTime"].startswith("1970-01-01T00:01:00")
    assert event["quantityList"] == [
        {"epcClass": "urn:example:podherd:owner:class:RED", "quantity": 10}
    ]
    assert event["eventID"].startswith("ni:///sha-256;")


def test_an_adjustment_tells_what_is_missing_as_well(bridge: Bridge, seen: CountMaker) -> None:
    bridge.counts.take([seen(7)], 61_000)
    assert told(bridge) == [
        ("cycle_counting", "mismatch_quantity"),
        ("cycle_counting", "unknown"),
    ]
    assert [event["quantityList"][0]["quantity"] for event in events(bridge)] == [7, 3]


def test_until_a_supervisor_has_decided_nothing_is_told(bridge: Bridge, seen: CountMaker) -> None:
    bridge.put_skus([SkuRecord(Sku("RED"), piece_value=DEAR)])
    bridge.counts.take([seen(7)], 61_000)
    assert events(bridge) == []
    decide(bridge, CaseAction.APPROVE)
    assert told(bridge) == [
        ("cycle_counting", "mismatch_quantity"),
        ("cycle_counting", "unknown"),
    ]


def test_a_rejected_count_is_told_and_declared_wrong(bridge: Bridge, seen: CountMaker) -> None:
    bridge.put_skus([SkuRecord(Sku("RED"), piece_value=DEAR)])
    bridge.counts.take([seen(7)], 61_000)
    decide(bridge, CaseAction.REJECT)
    first, second = events(bridge)
    assert "errorDeclaration" not in first
    assert second["errorDeclaration"]["reason"] == "incorrect_data"
    assert second["eventID"] == first["eventID"]


def test_another_sku_is_a_mismatch_of_class(bridge: Bridge, seen: CountMaker) -> None:
    bridge.counts.take([seen(3, sku="BLUE", books=0)], 61_000)
    decide(bridge, CaseAction.APPROVE)
    found, missing, surplus = events(bridge)
    assert found["disposition"] == "mismatch_class"
    assert (found["podherd:bookedSku"], found["podherd:booked"]) == ("RED", 10)
    assert missing["quantityList"][0]["epcClass"].endswith("RED")
    assert surplus["quantityList"][0]["quantity"] == 3


def test_an_sku_that_is_a_gtin_is_named_as_one(bridge: Bridge, seen: CountMaker) -> None:
    gtin = "4006381333931"
    bridge.put_skus([SkuRecord(Sku(gtin))])
    bridge.counts.take([seen(3, sku=gtin, books=0)], 62_000)
    decide(bridge, CaseAction.APPROVE)
    classes = [event["quantityList"][0]["epcClass"] for event in events(bridge)]
    assert classes[0] == "https://id.gs1.org/01/04006381333931"


@pytest.mark.shared
def test_documents_of_what_is_told_are_valid(
    bridge: Bridge, seen: CountMaker, shared_data: Path
) -> None:
    schema = shared_data / "epcis" / "gs1_draft_repo" / "EPCIS-JSON-Schema.json"
    bridge.counts.take([seen(10)], 61_000)
    bridge.counts.take([seen(7, at=80_000)], 81_000)
    bridge.counts.take([seen(0, at=90_000, books=7)], 91_000)
    made = document([read_event(event) for event in events(bridge)], 100_000)
    assert len(made["epcisBody"]["eventList"]) > 3
    Draft7Validator(json.loads(schema.read_text())).validate(made)


def test_the_site_is_called_as_it_was_told(bridge: Bridge, seen: CountMaker) -> None:
    site = EpcisSite("https://wms.example.com/hall", "https://example.com", gln="4012345000009")
    named = Bridge(bridge.site, bridge.store, counting=CountParams(epcis=site))
    named.counts.take([seen(10)], 61_000)
    [event] = events(named)
    assert event["bizLocation"]["id"] == "https://id.gs1.org/414/4012345000009/254/P001%2FA%2F1%2F1"
    assert event["quantityList"][0]["epcClass"] == "https://example.com/class/RED"
