"""EPCIS capture: each event is done once, whole or not at all, and nothing that came is lost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from planner.warehouse.errors import IdempotencyConflict, InvalidMessage
from planner.warehouse.ids import Sku
from planner.warehouse.site import Site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.captures.desk import MAX_EVENTS, Captures, ErrorBehaviour, TooMuch
from wms_bridge.captures.doing import find_captured
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.vocabulary import GS1_CONTEXT
from wms_bridge.ports.store import Store
from wms_bridge.records.work import ReceiptQuery, SkuRecord
from wms_bridge.service import Bridge
from wms_bridge.traces.answers import Subject

NOW_MS = 1_800_000_000_000
TIME = "2026-11-29T08:15:30.250+01:00"
GTIN = "09506000134352"
SSCC = "https://id.gs1.org/00/095060000000000015"
ROLLBACK, PROCEED = ErrorBehaviour.ROLLBACK, ErrorBehaviour.PROCEED
Event = dict[str, Any]


def piece(serial: str) -> str:
    return f"https://id.gs1.org/01/{GTIN}/21/{serial}"


def event(kind: str = "ObjectEvent", **fields: Any) -> Event:
    return {"type": kind, "eventTime": TIME, "eventTimeZoneOffset": "+01:00", **fields}


def receiving(name: str = "e1", **what: Any) -> Event:
    what = what or {"quantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}", "quantity": 5}]}
    return event(eventID=f"urn:x:{name}", action="OBSERVE", bizStep="receiving", **what)


def document(*events: Any) -> bytes:
    head = {"@context": [GS1_CONTEXT], "type": "EPCISDocument", "schemaVersion": "2.0"}
    head["creationDate"] = TIME
    return json.dumps({**head, "epcisBody": {"eventList": list(events)}}).encode()


class Desk:
    def __init__(self, site: Site, store: Store):
        self.bridge = Bridge(site, store)
        self.bridge.put_skus([SkuRecord(Sku(GTIN[1:]))])
        self.store = self.bridge.store
        self.captures = Captures(self.store, self.bridge.shelves, lambda: None)

    def capture(self, *events: Any, behaviour: ErrorBehaviour = ROLLBACK) -> Any:
        return self.captures.capture(document(*events), behaviour, NOW_MS)

    def receipts(self) -> list[int]:
        with self.store.reading() as tx:
            return [one.quantity for one in tx.receipts(ReceiptQuery())]

    def place(self, name: str) -> Any:
        subject = Subject.PACK if "/00/" in name else Subject.ITEM
        return self.bridge.traces.where(subject, name)


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site, MemoryStore())


def test_goods_received_by_class_are_receipts_on_each_store(site: Site, store: Store) -> None:
    desk = Desk(site, store)
    job = desk.capture(receiving())
    assert job.success
    assert desk.receipts() == [5]
    again = desk.capture(receiving())
    assert (again.captured, again.repeated) == (0, 1)
    assert desk.receipts() == [5]
    assert [one.number for one in desk.captures.jobs(None, 10)] == [2, 1]


def test_serials_received_are_known_at_the_dock(desk: Desk) -> None:
    job = desk.capture(receiving(epcList=[piece("S1"), piece("S2")]))
    assert job.outcomes[0].startswith("received as epcis-")
    assert desk.receipts() == [2]
    assert desk.place(piece("S1")).thing.seat.account.startswith("dock:epcis-")


def test_a_pack_announced_by_its_supplier_is_received_whole(desk: Desk) -> None:
    packed = event(
        "AggregationEvent",
        action="ADD",
        bizStep="packing",
        parentID=SSCC,
        childEPCs=[piece("S1"), piece("S2"), piece("S3")],
    )
    made = event(action="ADD", bizStep="commissioning", epcList=[piece("S1"), piece("S2")])
    came = receiving(epcList=[SSCC])
    job = desk.capture(made, packed, came)
    assert job.errors == ()
    assert job.outcomes[:2] == ("2 serials are known now", "packed")
    assert desk.receipts() == [3]
    assert desk.place(piece("S3")).thing.seat.account.startswith("dock:epcis-")


def test_a_pack_of_unknown_contents_is_an_error_and_may_come_again(desk: Desk) -> None:
    job = desk.capture(receiving(epcList=[SSCC]), behaviour=PROCEED)
    assert "contents are not known" in job.errors[0].problem
    assert desk.receipts() == []
    packed = event("AggregationEvent", action="ADD", parentID=SSCC, childEPCs=[piece("S1")])
    assert desk.capture(packed, receiving(epcList=[SSCC])).success
    assert desk.receipts() == [1]


UNKNOWN = {"quantityList": [{"epcClass": "https://id.gs1.org/01/04012345123456", "quantity": 1}]}


def test_rollback_does_nothing_and_proceed_does_the_others(desk: Desk) -> None:
    events = (receiving("a"), receiving("b", **UNKNOWN), receiving("c"), {"type": "ObjectEvent"})
    job = desk.capture(*events)
    assert [error.index for error in job.errors] == [1]
    assert desk.receipts() == []
    job = desk.capture(*events, behaviour=PROCEED)
    assert [error.index for error in job.errors] == [1, 3]
    assert json.loads(job.errors[0].event) == events[1]
    assert (job.captured, desk.receipts()) == (2, [5, 5])


def test_an_event_that_fails_late_leaves_nothing_behind(desk: Desk) -> None:
    both = receiving(
        quantityList=[
            {"epcClass": f"https://id.gs1.org/01/{GTIN}", "quantity": 5},
            *UNKNOWN["quantityList"],
        ]
    )
    for behaviour in ErrorBehaviour:
        assert not desk.capture(both, behaviour=behaviour).success
        assert desk.receipts() == []
    desk.bridge.put_skus([SkuRecord(Sku("4012345123456"))])
    assert desk.capture(both).success
    assert desk.receipts() == [5, 1]


def test_one_event_id_means_one_event(desk: Desk) -> None:
    desk.capture(receiving("a"))
    other = receiving("a", epcList=[piece("S1")])
    [error] = desk.capture(other).errors
    assert error.problem == "this eventID was used for another event"
    with pytest.raises(IdempotencyConflict):
        desk.captures.capture_event(json.dumps(other).encode(), NOW_MS)
    assert desk.receipts() == [5]


def test_without_an_id_the_hash_tells_repeats_in_whatever_form(desk: Desk) -> None:
    first = receiving()
    del first["eventID"]
    same = {**first, "eventTime": "2026-11-29T07:15:30.250Z"}
    job = desk.capture(first, same)
    assert (job.captured, job.repeated, desk.receipts()) == (1, 1, [5])


def test_a_packing_declared_wrong_is_undone(desk: Desk) -> None:
    packed = event(
        "AggregationEvent",
        eventID="urn:x:p",
        action="ADD",
        parentID=SSCC,
        childEPCs=[piece("S1")],
    )
    later = "2026-11-29T09:00:00.000Z"
    wrong = {**packed, "errorDeclaration": {"declarationTime": later, "reason": "did_not_occur"}}
    assert desk.capture(packed).success
    assert desk.place(piece("S1")).thing.packs
    assert desk.capture(wrong).outcomes == ("undone: unpacked",)
    assert not desk.place(piece("S1")).thing.packs
    assert desk.capture(wrong).repeated == 1


def test_an_event_declared_wrong_before_it_came_is_not_done(desk: Desk) -> None:
    declared = {"declarationTime": TIME, "reason": "incorrect_data"}
    wrong = {**receiving("a"), "errorDeclaration": declared}
    assert desk.capture(wrong).success
    assert desk.capture(receiving("a")).outcomes == ("kept: declared wrong before it came",)
    assert desk.receipts() == []


@pytest.mark.parametrize(("gln", "ours"), [("9506000134352", True), ("4012345000009", False)])
def test_goods_received_at_another_gln_are_not_ours(desk: Desk, gln: str, ours: bool) -> None:
    site = EpcisSite("https://a.example/hall", "https://a.example", gln="9506000134352")
    captures = Captures(desk.store, desk.bridge.shelves, lambda: None, site)
    came = receiving()
    came["readPoint"] = {"id": f"https://id.gs1.org/414/{gln}/254/D1"}
    job = captures.capture(document(came), ROLLBACK, NOW_MS)
    assert job.success
    assert desk.receipts() == ([5] if ours else [])


def test_goods_received_by_mistake_are_for_people(desk: Desk) -> None:
    wrong = {**receiving("a"), "errorDeclaration": {"declarationTime": TIME}}
    job = desk.capture(receiving("a"), wrong)
    assert "for people to look at" in job.outcomes[1]
    assert desk.receipts() == [5]


@pytest.mark.parametrize(
    "other",
    [
        event(action="OBSERVE", bizStep="shipping", epcList=[piece("S1")]),
        event(action="DELETE", bizStep="void_shipping", epcList=[piece("S1")]),
        event("FermentationEvent", eventID="urn:x:f", **{"x:grade": 3}),
        event("TransactionEvent", action="ADD", epcList=[piece("S")],
              bizTransactionList=[{"bizTransaction": "urn:x:po"}]),
    ],
)  # fmt: skip
def test_what_means_nothing_for_us_is_kept(desk: Desk, other: Event) -> None:
    job = desk.capture(other)
    assert job.outcomes[0].startswith("kept: ")
    assert desk.capture(other).repeated == 1
    if "eventID" in other:
        with desk.store.reading() as tx:
            kept = find_captured(tx, other["eventID"])
        assert kept is not None
        assert json.loads(kept.event) == other


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, document()[:-3], b'{"epcisBody":{}}']
)
def test_what_is_no_document_is_refused(desk: Desk, raw: bytes) -> None:
    with pytest.raises(InvalidMessage):
        desk.captures.capture(raw, PROCEED, NOW_MS)
    assert desk.captures.jobs(None, 10) == ()


def test_too_many_events_are_refused(desk: Desk) -> None:
    with pytest.raises(TooMuch):
        desk.capture(*[receiving()] * (MAX_EVENTS + 1))


def test_jobs_are_found_however_many_there_are(desk: Desk) -> None:
    for number in range(1, 20):
        assert desk.capture(behaviour=PROCEED).number == number
    assert [job.number for job in desk.captures.jobs(18, 3)] == [17, 16, 15]
    assert desk.captures.job(7).number == 7


@pytest.mark.shared
def test_every_official_example_is_captured_or_says_why_not(desk: Desk, shared_data: Path) -> None:
    folder = shared_data / "epcis" / "gs1_draft_repo" / "examples"
    captured = failed = 0
    for path in sorted(folder.rglob("*.jsonld")):
        data = json.loads(path.read_bytes())
        if data["type"] != "EPCISDocument":
            continue
        job = desk.captures.capture(path.read_bytes(), PROCEED, NOW_MS)
        listed = len(data["epcisBody"].get("eventList", [1]))
        assert job.captured + job.repeated + len(job.errors) == listed, path.name
        assert all(error.problem and error.remedy for error in job.errors), path.name
        captured += job.captured
        failed += len(job.errors)
    assert captured > failed


@pytest.fixture
def http(desk: Desk, serve: Callable[..., str]) -> httpx.Client:
    return httpx.Client(base_url=serve(create_app(desk.bridge, lambda: NOW_MS)))


LD = {"Content-Type": "application/ld+json", "GS1-EPCIS-Version": "2.0.0"}


def test_the_rest_binding(desk: Desk, http: httpx.Client) -> None:
    answer = http.post("/v1/epcis/capture", content=document(receiving()), headers=LD)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    assert int(answer.headers["GS1-EPCIS-Capture-Limit"]) == MAX_EVENTS
    job = http.get(answer.headers["Location"]).json()
    assert (job["captureID"], job["success"], job["running"]) == ("1", True, False)
    bad = {**LD, "GS1-Capture-Error-Behaviour": "proceed"}
    answer = http.post(
        "/v1/epcis/capture", content=document(receiving("b", **UNKNOWN)), headers=bad
    )
    [first, _] = http.get("/v1/epcis/capture").json()
    assert first["captureID"] == "2"
    assert first["errors"][0]["eventID"] == "urn:x:b"
    page = http.get("/v1/epcis/capture?perPage=1")
    assert "nextPageToken=2" in page.headers["Link"]


def test_single_events_and_refusals(desk: Desk, http: httpx.Client) -> None:
    one = json.dumps(receiving()).encode()
    answer = http.post("/v1/epcis/events", content=one, headers=LD)
    assert answer.status_code == 201
    assert http.get(answer.headers["Location"]).json()["eventID"] == "urn:x:e1"
    again = http.post("/v1/epcis/events", content=one, headers=LD)
    assert again.headers["Idempotency-Replayed"] == "true"
    many = document(*[receiving()] * (MAX_EVENTS + 1))
    assert http.post("/v1/epcis/capture", content=many, headers=LD).status_code == 413
    old = {**LD, "GS1-EPCIS-Version": "1.2.0"}
    assert http.post("/v1/epcis/capture", content=document(), headers=old).status_code >= 400
    xml = {"Content-Type": "application/xml"}
    assert http.post("/v1/epcis/capture", content=b"<x/>", headers=xml).status_code == 415
    assert http.get("/v1/epcis/capture/99").status_code == 404
    assert http.get("/v1/epcis/events/urn:x:none").status_code == 404
    assert desk.receipts() == [5]
