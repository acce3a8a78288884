"""Counting over HTTP, through the shipped client and by hand, on a real port."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from planner.codec.messages import to_json
from planner.warehouse.commands import ShowCounts
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import (
    InvalidCount,
    InvalidMessage,
    NotFound,
    PodherdError,
    TooLate,
)
from planner.warehouse.ids import CountId, Sku, SlotId, StationId
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.deciding import Decision
from wms_bridge.evidence import JPEG, JSON, MAX_BYTES
from wms_bridge.reconciling import CountReason, NextStep
from wms_bridge.records.counts import CaseAction, CaseQuery, CaseStatus
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

CountMaker = Callable[..., SlotCount]
ShowCountMaker = Callable[..., ShowCounts]
PHOTO = b"\xff\xd8\xff of a slot"
SLOT, S1, FIRST = SlotId("P001/A/1/1"), StationId("S1"), CountId("C000001.1")


@pytest.fixture
def url(stocked: Bridge, serve: Callable[[FastAPI], str]) -> str:
    """Address of a bridge whose clock goes on by a second with every look at it."""
    times = iter(range(90_000, 10**9, 1_000))
    return serve(create_app(stocked, lambda: next(times)))


def test_a_count_from_reads_to_approval(
    client: BridgeClient, stocked: Bridge, seen: CountMaker
) -> None:
    client.put_skus([SkuRecord(Sku("RED"), piece_value=40.5)])
    photo = client.counts.put_evidence(PHOTO)
    assert client.counts.evidence(photo) == (JPEG, PHOTO)
    wrong = seen(10, slot="P009/A/1/1")
    taken, refused = client.counts.take([replace(seen(7), evidence=(photo,)), wrong])
    assert (taken.accepted, taken.step, taken.reason, taken.difference) == (
        True,
        NextStep.APPROVE,
        CountReason.VALUE,
        -3,
    )
    assert (refused.accepted, refused.code, refused.field) == (
        False,
        "invalid_count",
        "counts[1].slot",
    )
    [case] = client.counts.cases(is_open=True, slot=SLOT)
    assert (case.found, case.booked, case.piece_value, case.evidence) == (7, 10, 40.5, (photo,))
    history = client.counts.case(case.case)
    assert len(history.probabilities) == 51
    assert [count.step for count in history.counts] == [NextStep.APPROVE]
    decision = Decision(CaseAction.APPROVE, "the photo shows 7", "EVE", case.version)
    assert client.counts.decide(case.case, decision).status is CaseStatus.APPROVED
    assert client.counts.decide(case.case, decision).status is CaseStatus.APPROVED
    with pytest.raises(TooLate, match="EVE decided approve: the photo shows 7"):
        client.counts.decide(case.case, replace(decision, by="OTTO"))
    assert [made.by for made in client.counts.case(case.case).decisions] == ["EVE"]
    assert client.counts.cases(is_open=True) == ()
    assert [one.number for one in client.counts.cases(is_open=False, before=2)] == [1]
    assert client.counts.accuracy().outcomes == {CaseStatus.APPROVED: 1}
    assert client.stock(slot=SLOT)[0].quantity == 7
    report = client.verify()
    assert (report.sound, report.pieces_adjusted) == (True, 3)


def test_the_same_counts_again_are_answered_and_not_taken_again(
    client: BridgeClient, stocked: Bridge, seen: CountMaker
) -> None:
    [first] = client.counts.take([seen(7)])
    [again] = client.counts.take([seen(7)])
    assert again == replace(first, repeated=True)
    assert len(stocked.counts.cases(CaseQuery())) == 1


def test_a_person_counts_blind(
    client: BridgeClient,
    stocked: Bridge,
    url: str,
    seen: CountMaker,
    show_count: ShowCountMaker,
) -> None:
    for at in (60_000, 70_000, 80_000):
        client.counts.take([seen(7, 0.9, at=at)])
    found: list[int] = []
    waiting = threading.Thread(
        target=lambda: found.extend(s.number for s in client.counts.at_station(S1, wait_s=30))
    )
    waiting.start()
    assert client.send_commands([show_count(FIRST)])[0].accepted
    waiting.join()
    assert found == [1]
    answers = [
        httpx.get(f"{url}/v1/stations/S1/counts").text,
        httpx.post(
            f"{url}/v1/counts/tasks/{FIRST}/confirm", json={"quantity": 7, "by": "ANNA"}
        ).text,
    ]
    assert set(json.loads(answers[1])) == {"count", "quantity", "by", "confirmed_ms"}
    [shown] = json.loads(answers[0])["counts"]
    assert set(shown["task"]) == {"count", "visit", "station", "pod", "slot", "sku"}
    assert shown["quantity"] is None
    again = client.counts.confirm(FIRST, 7, "ANNA")
    assert again.repeated
    assert client.counts.at_station(S1) == ()
    assert stocked.counts.case("C000001").case.status is CaseStatus.ADJUSTED


def test_what_is_no_count_is_named(url: str, seen: CountMaker) -> None:
    good = to_json(seen(10))
    wrong = [
        {**good, "probabilities": [0.5] * 51},
        {**good, "kinds": ["smell"]},
        {"slot": "P001/A/1/1"},
        "count",
    ]
    answer = httpx.post(f"{url}/v1/counts", json=[*wrong, good])
    results = answer.json()["results"]
    assert [result["accepted"] for result in results] == [False] * 4 + [True]
    for index, result in enumerate(results[:4]):
        assert result["field"].startswith(f"counts[{index}]")
        assert result["problem"]
        assert result["remedy"]
    for body in ("{}", "[" + "{}," * 500 + "{}]", "["):
        refused = httpx.post(f"{url}/v1/counts", content=body, headers={"Content-Type": JSON})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_message")


def test_evidence_of_another_kind_is_refused(client: BridgeClient) -> None:
    with pytest.raises(PodherdError) as caught:
        client.counts.put_evidence(PHOTO, "image/png")
    assert caught.value.field == "Content-Type"


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), JPEG, "body"),
        (b"<html>", JPEG, "body"),
        (b"{", JSON, ""),
    ],
)
def test_what_is_no_evidence_is_refused(
    client: BridgeClient, body: bytes, kind: str, field: str
) -> None:
    with pytest.raises(InvalidMessage) as caught:
        client.counts.put_evidence(body, kind)
    assert caught.value.field == field


def test_evidence_under_another_hash_is_refused(url: str) -> None:
    headers = {"Content-Type": JPEG}
    name = "0" * 64
    answer = httpx.put(f"{url}/v1/evidence/{name}", content=PHOTO, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "sha256")
    assert httpx.get(f"{url}/v1/evidence/{name}").status_code == 404


def test_evidence_is_shown_as_what_it_is_and_nothing_else(url: str, client: BridgeClient) -> None:
    name = client.counts.put_evidence(b'{"reads": []}', JSON)
    assert client.counts.put_evidence(b'{"reads": []}', JSON) == name
    answer = httpx.get(f"{url}/v1/evidence/{name}")
    assert answer.headers["content-type"] == JSON
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_there_is_not_found(client: BridgeClient) -> None:
    decision = Decision(CaseAction.REJECT, "so", "EVE", 1)
    for ask in (
        lambda: client.counts.case("C9"),
        lambda: client.counts.decide("C9", decision),
        lambda: client.counts.confirm(CountId("C9.1"), 1, "ANNA"),
        lambda: client.counts.at_station(StationId("S9")),
        lambda: client.counts.evidence("0" * 64),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_decision_without_a_reason_is_refused(
    client: BridgeClient, url: str, seen: CountMaker
) -> None:
    client.put_skus([SkuRecord(Sku("RED"), piece_value=40.0)])
    client.counts.take([seen(7)])
    with pytest.raises(InvalidCount) as caught:
        client.counts.decide("C000001", Decision(CaseAction.APPROVE, "", "EVE", 1))
    assert caught.value.field == "reason"
    wrong = {"action": "guess", "reason": "so", "by": "EVE", "version": 1}
    answer = httpx.post(f"{url}/v1/counts/C000001/decision", json=wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, "action")


@pytest.mark.parametrize("value", [-1.0, 1e12])
def test_a_value_out_of_range_is_refused(url: str, value: float) -> None:
    body = {"skus": [{"sku": "RED", "piece_value": value}]}
    answer = httpx.put(f"{url}/v1/skus", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "skus[0].piece_value")
