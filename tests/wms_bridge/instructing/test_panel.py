"""The panel of a station: one instruction for screen, light and voice; places on the put wall."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.commands import ShowCounts, ShowPicks, ShowPuts
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import PickId, PodId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import PickerKind, PodModel, Site
from planner.warehouse.stock import slot_id
from planner.warehouse.view import RobotActivity
from sim_worlds.sites.catalogue import load_site
from tests.fakes.played_shift import PlayedShift
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.instructing.answers import (
    Colour,
    Instruction,
    Language,
    Light,
    LightAt,
    StationPanel,
    Work,
)
from wms_bridge.instructing.coming import next_pods
from wms_bridge.instructing.faces import place_of
from wms_bridge.instructing.panel import gtin_14
from wms_bridge.records.walls import WorkDone
from wms_bridge.records.work import OrderStatus, SkuRecord
from wms_bridge.service import Bridge

S1, S2 = StationId("S1"), StationId("S2")
OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
BOARDS = (0.3, 0.9, 1.5)


def panel(bridge: Bridge, station: StationId = S1, now_ms: int = 10) -> StationPanel:
    return bridge.instructing.panel(station, Language.EN, None, now_ms)


def only(bridge: Bridge, station: StationId = S1) -> Instruction:
    (found,) = panel(bridge, station).instructions
    return found


def places(bridge: Bridge, station: StationId = S1) -> dict[str, int]:
    return {tote.order: tote.place for tote in panel(bridge, station).wall}


def test_a_pick_is_told_to_eye_light_and_ear_alike(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.put_skus([SkuRecord(Sku("RED"), "Red tea")])
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    told = only(bridge)
    assert (told.work, told.id, told.quantity, told.order, told.place) == (
        Work.PICK,
        "p1",
        3,
        "A",
        1,
    )
    assert told.article.description == "Red tea"
    assert told.lights == (
        Light(LightAt.SLOT, "P001/A/1/1", Colour.GREEN, 3),
        Light(LightAt.WALL, "1", Colour.GREEN, 3),
    )
    assert told.voice == "Pick 3 of Red tea. Face A, level 1, column 1. Into place 1."
    chinese = bridge.instructing.panel(S1, Language.ZH, None, 10).instructions[0]
    assert chinese.voice == "拣选3件,Red tea。A面,第1层,第1列。放入播种墙1号位。"
    assert replace(chinese, voice=told.voice) == told


def test_a_pick_confirmed_by_any_renderer_is_booked_once(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    name = PickId(only(bridge).id)
    taken = [bridge.confirm_pick(name, 3, at_ms, key=f"{at_ms}") for at_ms in (5, 6, 7)]
    assert [one.repeated for one in taken] == [False, True, True]
    assert panel(bridge).instructions == ()
    assert bridge.stock(sku=Sku("RED"), slot=SlotId("P001/A/1/1"))[0].quantity == 7
    assert panel(bridge).last_hour == WorkDone(1, 1, 3)


def test_puts_and_blind_counts_are_told_as_well(
    bridge: Bridge,
    show_put: Callable[..., ShowPuts],
    show_count: Callable[..., ShowCounts],
    seen: Callable[..., SlotCount],
) -> None:
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 6), 1)
    bridge.apply([show_put("u1", "R1", "RED", 6)], 2)
    put = only(bridge, S2)
    assert (put.work, put.quantity, put.receipt, put.place) == (Work.PUT, 6, "R1", None)
    assert put.lights == (Light(LightAt.SLOT, "P003/A/1/1", Colour.BLUE, 6),)
    for at_ms in (60_000, 70_000, 80_000):
        bridge.counts.take([seen(7, 0.9, at=at_ms)], at_ms)
    assert bridge.apply([show_count("C000001.1")], 90_000) == (None,)
    count = only(bridge)
    assert (count.work, count.id, count.quantity) == (Work.COUNT, "C000001.1", None)
    assert count.lights == (Light(LightAt.SLOT, "P001/A/1/1", Colour.WHITE, None),)
    assert count.voice == "Count RED. Face A, level 1, column 1."


def test_orders_keep_their_place_and_free_ones_are_given_again(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    for name in "ABCDEF":
        bridge.receive_order(order(name, RED=2), 1)
    for number, name in enumerate("ABCD", start=1):
        bridge.apply([show(f"p{number}", f"{name}#1", "RED", 1)], 2)
    assert places(bridge) == {"A": 1, "B": 2, "C": 3, "D": 4}
    bridge.apply([show("p5", "E#1", "RED", 1)], 3)  # four places, all needed
    assert only_of(bridge, "p5").place is None
    assert only_of(bridge, "p5").lights == (Light(LightAt.SLOT, "P001/A/1/1", Colour.GREEN, 1),)
    bridge.confirm_pick(PickId("p2"), 1, 4)
    bridge.apply([show("p6", "B#1", "RED", 1)], 5)
    bridge.confirm_pick(PickId("p6"), 1, 6)
    assert _status(bridge, "B") is OrderStatus.COMPLETE  # its tote stays until it is replaced
    bridge.apply([show("p7", "F#1", "RED", 1)], 7)
    assert places(bridge) == {"A": 1, "F": 2, "C": 3, "D": 4}


def only_of(bridge: Bridge, pick: str) -> Instruction:
    return next(one for one in panel(bridge).instructions if one.id == pick)


def _status(bridge: Bridge, order: str) -> OrderStatus:
    return next(tote.status for tote in panel(bridge).wall if tote.order == order)


def test_the_last_hour_counts_picks_lines_and_pieces(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=4, BLUE=2), 1)
    bridge.apply([show("p1", "A#1", "RED", 3), show("p2", "A#2", "BLUE", 2, "P001/A/1/2")], 2)
    bridge.confirm_pick(PickId("p1"), 3, 1_000)
    bridge.apply([show("p3", "A#1", "RED", 1, "P002/A/1/1")], 1_001)
    bridge.confirm_pick(PickId("p3"), 1, 2_000)
    bridge.confirm_pick(PickId("p2"), 0, 3_000, ShortReason.SLOT_SHORT)
    assert panel(bridge, now_ms=4_000).last_hour == WorkDone(3, 1, 4)
    assert panel(bridge, now_ms=3_600_000 + 2_000).last_hour == WorkDone(2, 1, 1)
    assert panel(bridge, S2).last_hour == WorkDone()


def test_a_robot_arm_leaves_to_people_what_it_failed_at(
    site: Site, stock_up: Callable[[Bridge], None], order: OrderMaker, show: ShowMaker
) -> None:
    arm = replace(site.stations[0], picker=PickerKind.ARM)
    bridge = Bridge(replace(site, stations=(arm, *site.stations[1:])), MemoryStore())
    stock_up(bridge)
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 2), show("p2", "A#1", "RED", 1)], 2)
    assert panel(bridge).instructions == ()
    bridge.fail_pick(bridge.open_picks(S1)[1].task.pick, 3)
    assert only(bridge).id == "p2"


def test_an_unknown_station_has_no_panel(bridge: Bridge) -> None:
    with pytest.raises(NotFound):
        panel(bridge, StationId("S9"))


@given(
    levels=st.integers(1, 12),
    columns=st.integers(1, 12),
    size_m=st.floats(0.2, 2.0),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_slots_tile_the_face(levels: int, columns: int, size_m: float, data: st.DataObject) -> None:
    boards = tuple(0.2 + 0.3 * board for board in range(levels + 1))
    model = PodModel(size_m, ("A",), levels, columns, 10, boards)
    level, column = data.draw(st.integers(1, levels)), data.draw(st.integers(1, columns))
    place = place_of(slot_id(PodId("P1"), "A", level, column), model)
    assert -size_m / 2 - 1e-3 <= place.left_m < place.right_m <= size_m / 2 + 1e-3
    assert place.right_m - place.left_m == pytest.approx(size_m / columns, abs=2e-4)
    assert (place.bottom_m, place.top_m) == (boards[level - 1], boards[level])
    if column < columns:
        right = place_of(slot_id(PodId("P1"), "A", level, column + 1), model)
        assert right.left_m == pytest.approx(place.right_m, abs=1e-9)


def test_heights_are_told_where_the_site_tells_those_of_its_boards(site: Site) -> None:
    slot = slot_id(PodId("P001"), "A", 2, 1)
    unknown = place_of(slot, site.pod_model)
    assert (unknown.left_m, unknown.right_m) == (-0.4, 0.0)
    assert (unknown.bottom_m, unknown.top_m) == (None, None)
    known = place_of(slot, replace(site.pod_model, boards_z_m=BOARDS))
    assert (known.bottom_m, known.top_m) == (0.9, 1.5)


def test_pods_come_nearest_first() -> None:
    site = load_site("small")
    shift, station = PlayedShift(site, seed=3), site.stations[0]
    node = compile_roadmap(site).station_nodes[station.id]
    met = 0
    for _ in range(200):
        view = shift.advance(1_000)
        coming = next_pods(view, station, site.pitch_m)
        wanted = {
            robot.load
            for robot in view.robots
            if robot.goal == node and robot.activity is RobotActivity.DELIVER
        }
        there = next(one.pod for one in view.stations if one.station == station.id)
        assert {one.pod for one in coming} - {there} == wanted - {there, None}
        assert [one.distance_m for one in coming] == sorted(one.distance_m for one in coming)
        assert all(one.distance_m == 0 for one in coming if one.here)
        met += len(coming)
    assert met > 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4006381333931", "04006381333931"),
        ("04006381333931", "04006381333931"),
        ("4006381333932", None),
        ("96385074", "00000096385074"),
        ("RED", None),
        ("", None),
    ],
)
def test_an_sku_that_is_a_gtin_is_known_by_it(text: str, expected: str | None) -> None:
    assert gtin_14(text) == expected


def test_articles_are_known_by_the_gtins_of_their_serials(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    serial = "(01)04006381333931(21)S1"
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 1), 1, serials=[serial])
    with bridge.store.reading() as tx:
        assert tx.kinds_of_sku(Sku("RED")) == ("01/04006381333931",)
    bridge.receive_order(order("A", RED=1), 2)
    bridge.apply([show("p1", "A#1", "RED", 1)], 3)
    assert only(bridge).article.gtins == ("04006381333931",)
