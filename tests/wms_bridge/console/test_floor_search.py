"""Orders and SKUs are found on the floor: where they are is pointed out and told."""

import pytest
from playwright.sync_api import expect

from planner.warehouse.commands import ShowPicks
from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.picks import PickTask
from planner.warehouse.stock import Balance
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.test_floor_screen import Look, shown
from wms_bridge.records.work import SkuRecord

pytestmark = pytest.mark.browser


def stock_up(floor: FloorServer, pods: list[str]) -> None:
    """Some tea in each of these pods, and an order for it that is shown at a station."""
    bridge, face = floor.bridge, floor.site.pod_model.faces[0]
    bridge.put_skus([SkuRecord(Sku("TEA-100"), "Tea")])
    slots = [SlotId(f"{pod}/{face}/1/1") for pod in pods]
    bridge.load_stock([Balance(slot, Sku("TEA-100"), 5) for slot in slots], "opening", 0)
    line = OrderLine(LineId("WEB-7#1"), Sku("TEA-100"), 2)
    bridge.receive_order(PickOrder(OrderId("WEB-7"), (line,)), 0)
    station, pod, visit = floor.site.stations[0].id, PodId(pods[0]), VisitId("v1")
    robot = floor.site.robots[0].id
    pick = PickTask(
        PickId("p1"), visit, station, pod, slots[0], OrderId("WEB-7"), line.line, line.sku, 2
    )
    assert bridge.apply([ShowPicks(visit, station, pod, robot, (pick,))], 0) == (None,)


def test_a_sku_is_found_in_its_pods_and_pointed_out(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    pods = [str(one.pod) for one in view.pods[:2]]
    stock_up(floor, pods)
    console = shown(look, floor, view)
    search = console.page.get_by_role("combobox", name="Find")
    search.fill("TEA-100")
    console.page.get_by_role("option", name="SKU TEA-100").click()
    console.until("s.pointed.length === 2")
    assert {one["id"] for one in console.floor()["pointed"]} == set(pods)
    told = console.page.locator(".floor-found")
    expect(told.get_by_role("button", name=pods[0], exact=True)).to_be_visible()
    told.get_by_role("button", name="Forget what was found").click()
    console.until("s.pointed.length === 0")
    expect(told).to_have_count(0)
    assert console.complaints == []


def test_an_order_is_found_where_it_is_picked(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    pods = [str(one.pod) for one in view.pods[:1]]
    stock_up(floor, pods)
    floor.bridge.foresight.look(floor.now_ms)
    console = shown(look, floor, view)
    console.page.get_by_role("combobox", name="Find").fill("WEB")
    console.page.get_by_role("option", name="Order WEB-7").click()
    console.until("s.pointed.length >= 2")
    station = str(floor.site.stations[0].id)
    assert {pods[0], station} <= {one["id"] for one in console.floor()["pointed"]}
    told = console.page.locator(".floor-found")
    expect(told.get_by_role("heading", name="Order WEB-7")).to_be_visible()
    told.get_by_role("button", name=station, exact=True).click()
    console.until("s.chosen?.id === a", station)


def test_a_name_that_nothing_has_is_told(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    console = shown(look, floor, shift.advance(30_000))
    console.page.get_by_role("combobox", name="Find").fill("NO-SUCH-THING")
    expect(console.page.get_by_text("Nothing by that name")).to_be_visible()
    assert console.complaints == []
