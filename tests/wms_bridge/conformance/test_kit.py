"""The kit against WMSs that keep what the bridge rests on, and against connectors that do not:
those have to fail, each in the cases that are about its fault."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.conformance.case import Verdict
from wms_bridge.conformance.report import summary, write_json, write_junit
from wms_bridge.conformance.running import (
    KitParams,
    KitReport,
    all_cases,
    chosen,
    run_kit,
    target_of,
)
from wms_bridge.conformance.target import (
    Served,
    Target,
    fake_target,
    fake_url,
    find_target,
    shown,
)
from wms_bridge.connectors.port import OrderDocument, Page, StockMove
from wms_bridge.connectors.rest.address import RestAddress, read_address
from wms_bridge.connectors.rest.connector import RestConnector
from wms_bridge.connectors.rest.mapfile import RestMap, Step
from wms_bridge.fakes.rest_wms import create_rest_wms
from wms_bridge.messages import StockAdjusted, WmsMessage
from wms_bridge.ports.store import DeliveryFailed

GROUPS = (
    ("check", "intake", "items"),
    ("change", "cancel", "reserve"),
    ("pick", "confirm"),
    ("receipt", "count", "stock"),
    ("lost", "half"),
    ("late", "no-answer", "request-twice", "busy", "storm"),
    ("crash", "restart", "cursor"),
    ("wms", "slow", "clock", "refused", "not-reached", "unknown"),
)
"""All cases, in parts that can be run side by side."""
NEVER = ("request-twice",)
"""Cases that do not apply to a WMS that cannot tell repeats."""


def against_hostile(only: tuple[str, ...], seed: int = 1) -> KitReport:
    async def run() -> KitReport:
        async with target_of("hostile:", seed) as target:
            return await run_kit(target, KitParams(only=only, seed=seed))

    return asyncio.run(run())


def against_fake(
    only: tuple[str, ...], change: Callable[[Target], Target] = lambda target: target
) -> KitReport:
    async def run() -> KitReport:
        async with Served(create_rest_wms()) as base:
            target = change(fake_target(base, "fake"))
            return await run_kit(target, KitParams(only=only, patience_s=2.0, case_s=60))

    return asyncio.run(run())


def failed(report: KitReport) -> set[str]:
    return {one.case.name for one in report.outcomes if one.verdict is Verdict.FAILED}


def reasons(report: KitReport) -> str:
    return "\n".join(f"{one.case.name}: {one.reason}" for one in report.outcomes if one.reason)


def test_every_case_is_in_a_group_and_there_are_enough() -> None:
    grouped = [case.name for group in GROUPS for case in chosen(group)]
    assert sorted(grouped) == sorted(case.name for case in all_cases())
    assert len(all_cases()) >= 40
    assert len({case.shows for case in all_cases()}) == len(all_cases())


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_a_hostile_wms_passes(group: tuple[str, ...]) -> None:
    report = against_hostile(group)
    assert failed(report) == set(), reasons(report)
    left_out = {one.case.name for one in report.outcomes if one.verdict is Verdict.NOT_APPLICABLE}
    assert left_out <= set(NEVER)


def test_a_plain_wms_passes() -> None:
    report = against_fake(("intake-new", "pick", "receipt-put-away", "count-d", "stock"))
    assert failed(report) == set(), reasons(report)
    assert report.passed


def with_connector(make: Callable[[RestAddress], RestConnector]) -> Callable[[Target], Target]:
    return lambda target: replace(target, connect=lambda url: make(read_address(url)))


def with_map(change: Callable[[RestMap], RestMap]) -> Callable[[Target], Target]:
    def make(address: RestAddress) -> RestConnector:
        return RestConnector(replace(address, map=change(address.map)))

    return with_connector(make)


def without_search(found: RestMap) -> RestMap:
    """Sends again what it has no answer for, without looking."""

    def blind(step: Step) -> Step:
        return msgspec.structs.replace(step, done=None)

    tell = {kind: tuple(map(blind, steps)) for kind, steps in found.tell.items()}
    return msgspec.structs.replace(found, tell=tell)


class FindsEverything(RestConnector):
    async def find(self, message: WmsMessage) -> bool:
        return True


class TakesUnknownForRefused(RestConnector):
    async def carry_out(self, message: WmsMessage) -> str:
        try:
            return await super().carry_out(message)
        except DeliveryFailed as failure:
            raise DeliveryFailed(failure.reason, refused=True) from failure


class ReadsOnePage(RestConnector):
    async def orders(self, cursor: str) -> Page[OrderDocument]:
        page = await super().orders(cursor)
        return Page(page.items[:5], page.cursor, False)


class KnowsNoneOfItsMoves(RestConnector):
    async def moves(self, cursor: str) -> Page[StockMove]:
        page = await super().moves(cursor)
        return replace(page, items=tuple(replace(move, ours=False) for move in page.items))


class SetsStock(RestConnector):
    async def carry_out(self, message: WmsMessage) -> str:
        if isinstance(message, StockAdjusted):
            message = replace(message, difference=message.quantity)
        return await super().carry_out(message)


class SaysDoneWithoutDoing(RestConnector):
    async def carry_out(self, message: WmsMessage) -> str:
        return "done"


BLIND = with_map(without_search)
BROKEN: list[tuple[Any, tuple[str, ...], set[str]]] = [
    (
        BLIND,
        ("lost-answer-c", "confirm-again", "pick-full"),
        {"lost-answer-count", "confirm-again"},
    ),
    (with_connector(FindsEverything), ("half-request-pick", "pick-zero"), {"half-request-pick"}),
    (
        with_connector(TakesUnknownForRefused),
        ("unknown-words", "not-reached", "refused-w"),
        {"unknown-words", "not-reached-words"},
    ),
    (with_connector(ReadsOnePage), ("intake-paging", "intake-new"), {"intake-paging"}),
    (with_connector(KnowsNoneOfItsMoves), ("stock-ours", "stock-deltas"), {"stock-ours"}),
    (with_connector(SetsStock), ("count-down", "pick-zero-line"), {"count-down"}),
    (
        with_connector(SaysDoneWithoutDoing),
        ("pick-full", "count-up", "receipt-put-away", "reserve-none"),
        {"pick-full", "count-up", "receipt-put-away"},
    ),
]


@pytest.mark.parametrize(("change", "only", "wrong"), BROKEN)
def test_a_broken_connector_fails_in_the_cases_about_its_fault(
    change: Callable[[Target], Target], only: tuple[str, ...], wrong: set[str]
) -> None:
    report = against_fake(only, change)
    assert failed(report) == wrong, reasons(report)
    assert not report.passed


def test_the_report_says_the_same_in_every_form(tmp_path: Path) -> None:
    report = against_fake(("request-twice", "check-version", "count-up"), with_connector(SetsStock))
    write_json(report, tmp_path / "report.json")
    write_junit(report, tmp_path / "report.xml")
    told = decode((tmp_path / "report.json").read_bytes())
    assert (told["passed"], told["failed"], told["not_applicable"]) == (1, 1, 1)
    assert {row["case"] for row in told["cases"]} == {"request-twice", "check-version", "count-up"}
    suite = ET.parse(tmp_path / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["count-up"]
    assert summary(report).startswith("3 cases: 1 passed, 1 failed, 1 not applicable")


def test_a_run_without_a_single_pass_is_no_pass() -> None:
    assert not against_fake(("request-twice",)).passed


def test_people_may_work_there_by_an_address_of_their_own() -> None:
    async def both() -> None:
        async with Served(create_rest_wms()) as base:
            target = find_target("rest+http://127.0.0.1:1/?map=podherd-fake", fake_url(base, 30.0))
            clerk, connector = target.hire(target.url), target.connect(target.url)
            await clerk.set_up(["P001"], [])
            with pytest.raises(DeliveryFailed):
                await connector.check()
            await clerk.close()
            await connector.close()

    asyncio.run(both())


@pytest.mark.parametrize("url", ["nothing://x", "port://x", "http://x", ""])
def test_without_a_connector_there_is_nothing_to_run(url: str) -> None:
    with pytest.raises(InvalidMessage, match="no connector with a clerk"):
        find_target(url)


def test_no_password_is_shown_and_cases_have_names() -> None:
    assert shown("tryton://bob:secret@wms:8000/db") == "tryton://wms:8000/db"
    with pytest.raises(InvalidMessage, match="no such case"):
        chosen(["intake-new", "nonsense"])
