"""What a change, a cancel and a new priority are answered in every phase of an order, row by row as
the table of docs/reference/api.md has them; and a pick confirmed at the same moment."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import ShowPicks
from planner.warehouse.errors import InvalidOrder, PodherdError, TooLate
from planner.warehouse.ids import LineId, OrderId, PickId, PodId, RobotId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.view import FloorView, Kpis, RobotActivity, RobotView
from wms_bridge.api.context import VIEW_MAX_AGE_MS, Context
from wms_bridge.changing import OrderAltered
from wms_bridge.phases import InTote, OrderPhase
from wms_bridge.picking import PickTaken
from wms_bridge.records.work import OrderStatus
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
A, P1, P2 = OrderId("A"), PickId("p1"), PickId("p2")
WAYS = ("change", "cancel", "priority")
P001 = frozenset({PodId("P001")})
P003 = frozenset({PodId("P003")})


@pytest.fixture
def at_phase(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> Callable[[OrderPhase], None]:
    """``at_phase(phase)`` has order A, 3 RED and 2 BLUE, as far as that."""

    def bring(phase: OrderPhase) -> None:
        bridge.receive_order(order("A", RED=3, BLUE=2), 1)
        if phase in (OrderPhase.NOT_STARTED, OrderPhase.POD_UNDER_WAY):
            return
        if phase is OrderPhase.CANCELLED:
            bridge.cancel_order(A, 2, "before")
            return
        bridge.apply([show("p1", "A#1", "RED", 3), show("p2", "A#2", "BLUE", 2, "P001/A/1/2")], 2)
        if phase is not OrderPhase.AT_STATION:
            bridge.confirm_pick(P1, 3, 3)
        if phase is OrderPhase.PICKED:
            bridge.confirm_pick(P2, 2, 3)

    return bring


def ask(bridge: Bridge, way: str, changed: PickOrder, phase: OrderPhase) -> OrderAltered:
    pods = P001 if phase is OrderPhase.POD_UNDER_WAY else P003
    if way == "change":
        return bridge.change_order(changed, 9, under_way=pods)
    if way == "cancel":
        return bridge.cancel_order(A, 9, under_way=pods)
    return bridge.prioritise_order(A, 5, 9, under_way=pods)


ROWS: dict[tuple[OrderPhase, str], tuple[set[str], dict[str, int]] | type[PodherdError] | None] = {
    (OrderPhase.NOT_STARTED, "change"): (set(), {}),
    (OrderPhase.NOT_STARTED, "cancel"): (set(), {}),
    (OrderPhase.NOT_STARTED, "priority"): (set(), {}),
    (OrderPhase.POD_UNDER_WAY, "change"): (set(), {}),
    (OrderPhase.POD_UNDER_WAY, "cancel"): (set(), {}),
    (OrderPhase.POD_UNDER_WAY, "priority"): (set(), {}),
    (OrderPhase.AT_STATION, "change"): ({"p2"}, {}),
    (OrderPhase.AT_STATION, "cancel"): ({"p1", "p2"}, {}),
    (OrderPhase.AT_STATION, "priority"): (set(), {}),
    (OrderPhase.PARTLY_PICKED, "change"): ({"p2"}, {"A#1": 3}),
    (OrderPhase.PARTLY_PICKED, "cancel"): ({"p2"}, {"A#1": 3}),
    (OrderPhase.PARTLY_PICKED, "priority"): (set(), {"A#1": 3}),
    (OrderPhase.PICKED, "change"): TooLate,
    (OrderPhase.PICKED, "cancel"): TooLate,
    (OrderPhase.PICKED, "priority"): TooLate,
    (OrderPhase.CANCELLED, "change"): TooLate,
    (OrderPhase.CANCELLED, "cancel"): None,
    (OrderPhase.CANCELLED, "priority"): TooLate,
}
"""Per phase and request: the picks withdrawn and what is in the tote, or the refusal; ``None``:
answered as before."""


@pytest.mark.parametrize(("phase", "way"), ROWS, ids=lambda value: str(value))
def test_every_row_of_the_table(
    bridge: Bridge,
    order: OrderMaker,
    at_phase: Callable[[OrderPhase], None],
    phase: OrderPhase,
    way: str,
) -> None:
    at_phase(phase)
    before = bridge.feed(0)
    wanted = ROWS[phase, way]
    changed = order("A", RED=3, BLUE=1)
    if isinstance(wanted, type):
        with pytest.raises(wanted) as refused:
            ask(bridge, way, changed, phase)
        assert refused.value.remedy
        assert bridge.feed(0) == before
        return
    answer = ask(bridge, way, changed, phase)
    assert answer.phase is phase
    if wanted is None:
        assert answer.repeated
        assert not answer.changed
        assert bridge.feed(0) == before
        return
    withdrawn, tote = wanted
    assert {one.pick for one in answer.put_back} == withdrawn
    assert answer.withdrawn == len(withdrawn)
    assert {one.line: one.quantity for one in answer.in_tote} == tote
    assert answer.picked == sum(tote.values())
    status = OrderStatus.CANCELLED if way == "cancel" else OrderStatus.OPEN
    assert answer.status is status
    assert bridge.verify().sound


def test_table_has_every_row() -> None:
    assert set(ROWS) == {(phase, way) for phase in OrderPhase for way in WAYS}


def test_what_is_picked_cannot_be_ordered_away(
    bridge: Bridge, order: OrderMaker, at_phase: Callable[[OrderPhase], None]
) -> None:
    at_phase(OrderPhase.PARTLY_PICKED)
    with pytest.raises(InvalidOrder, match="3 x RED are picked already"):
        bridge.change_order(order("A", RED=2, BLUE=2), 9)


def test_put_back_says_where_and_how_many(
    bridge: Bridge, at_phase: Callable[[OrderPhase], None]
) -> None:
    at_phase(OrderPhase.PARTLY_PICKED)
    answer = bridge.cancel_order(A, 9)
    [back] = answer.put_back
    assert (back.station, back.slot, back.sku, back.quantity) == ("S1", "P001/A/1/2", "BLUE", 2)
    assert answer.in_tote == (InTote(LineId("A#1"), Sku("RED"), 3),)


def test_a_pod_with_other_goods_is_not_under_way_for_the_order(
    bridge: Bridge, order: OrderMaker
) -> None:
    bridge.receive_order(order("A", BLUE=1), 1)
    found = [bridge.order(A, frozenset({PodId(pod)})) for pod in ("P001", "P002")]
    assert [details.phase for details in found if details] == [
        OrderPhase.POD_UNDER_WAY,
        OrderPhase.NOT_STARTED,
    ]


def test_only_pods_being_delivered_count_and_only_in_a_fresh_view(stocked: Bridge) -> None:
    now = [1_000]
    context = Context(stocked, lambda: now[0], None)
    assert context.pods_under_way() == frozenset()
    robot = RobotView(
        RobotId("R1"), 0, 0, 0, PodId("P001"), 1.0, RobotActivity.DELIVER, None, (), ()
    )
    back = replace(robot, load=PodId("P002"), activity=RobotActivity.RETURN)
    empty = replace(robot, load=None)
    kpis = Kpis(0, 0, 0, 0, 0, 0, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, 0)
    context.latest.show(FloorView(0, (robot, back, empty), (), (), kpis, ()), now[0])
    assert context.pods_under_way() == P001
    now[0] += VIEW_MAX_AGE_MS + 1
    assert context.pods_under_way() == frozenset()


@pytest.mark.parametrize("way", ["cancel", "change"])
def test_a_pick_confirmed_at_the_same_moment_wins_or_loses_never_both(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, way: str
) -> None:
    for number in range(12):
        name, pick = f"O{number}", PickId(f"race{number}")
        bridge.receive_order(order(name, RED=1, BLUE=1), 1)
        bridge.apply([show(pick, f"{name}#1", "RED", 1, "P002/A/1/1")], 2)
        taken, altered = race(bridge, order, name, pick, way)
        details = bridge.order(OrderId(name))
        assert details is not None
        picked = details.lines[0].picked
        if isinstance(taken, PickTaken):
            assert picked == 1
            assert isinstance(altered, InvalidOrder) or (
                isinstance(altered, OrderAltered) and altered.picked == 1
            )
        else:
            assert isinstance(taken, TooLate)
            assert picked == 0
            assert isinstance(altered, OrderAltered)
            assert [one.pick for one in altered.put_back] == [pick]
    assert bridge.verify().sound


def race(
    bridge: Bridge, order: OrderMaker, name: str, pick: PickId, way: str
) -> tuple[PickTaken | PodherdError, OrderAltered | PodherdError]:
    """A picker confirms and the WMS changes its mind, both at once."""
    start = threading.Barrier(2)
    found: dict[str, PickTaken | OrderAltered | PodherdError] = {}

    def run(who: str, act: Callable[[], PickTaken | OrderAltered]) -> None:
        start.wait()
        try:
            found[who] = act()
        except PodherdError as error:
            found[who] = error

    def change() -> OrderAltered:
        if way == "cancel":
            return bridge.cancel_order(OrderId(name), 5)
        return bridge.change_order(blue_only(order, name), 5)

    threads = [
        threading.Thread(target=run, args=("picker", lambda: bridge.confirm_pick(pick, 1, 5))),
        threading.Thread(target=run, args=("wms", change)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken, altered = found["picker"], found["wms"]
    assert not isinstance(taken, OrderAltered)
    assert not isinstance(altered, PickTaken)
    return taken, altered


def blue_only(order: OrderMaker, name: str) -> PickOrder:
    made = order(name, RED=1, BLUE=1)
    return replace(made, lines=made.lines[1:])
