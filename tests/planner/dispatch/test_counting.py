"""Slots that people count: visits for them, what is shown, quarantine, restarts."""

from dataclasses import replace

from fakes.hopping_world import HoppingWorld

from planner.assign.counting import CountingParams
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Phase, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import AlarmKind, ShortenLine, ShowCounts, ShowPicks
from planner.warehouse.counts import CountTask
from planner.warehouse.events import (
    CountConfirmed,
    CountWanted,
    Event,
    OrderReceived,
    SlotQuarantined,
    SlotReleased,
    StationClosed,
    StationOpened,
    StockStated,
)
from planner.warehouse.ids import CountId, OrderId, PodId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import PickerKind, Site
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

K1, K2 = CountId("K1"), CountId("K2")
NEVER_MS = 10**9


def order(name: str, sku: Sku, quantity: int = 1) -> OrderReceived:
    key = OrderId(name)
    return OrderReceived(PickOrder(key, (OrderLine(line_id(key, 1), sku, quantity),)))


class Floor:
    """The small site with 5 pieces in the first slot of every pod, each of an SKU of its own, and
    people who count what they are shown unless ``counting`` is off."""

    def __init__(self, person_wait_ms: int = 0, site: Site | None = None):
        params = DispatchParams(counting=CountingParams(person_wait_ms=person_wait_ms))
        self.dispatcher = Dispatcher(site or load_site("small"), params)
        self.state: State = self.dispatcher.start()
        self.pods = sorted(self.state.pods)
        self.stock = tuple(Balance(slot_of(pod), Sku(pod), 5) for pod in self.pods)
        self.world = HoppingWorld(self.dispatcher, self.stock, 0, 1.0)
        self.ticks = 0
        self.counting = True
        self.counted: list[CountTask] = []
        self.shown: list[ShowCounts | ShowPicks] = []
        self.shortened: list[ShortenLine] = []

    def play(self, ticks: int, *events: Event) -> None:
        self.world.waiting += events
        for _ in range(ticks):
            self.ticks += 1
            now_ms = self.ticks * TICK_MS
            told = self.world.tick(now_ms)
            self.state, commands = self.dispatcher.step(self.state, told, now_ms)
            self.world.obey(commands)
            self.shown += [c for c in commands if isinstance(c, ShowCounts | ShowPicks)]
            self.shortened += [c for c in commands if isinstance(c, ShortenLine)]
            for command in commands:
                if isinstance(command, ShowCounts) and self.counting:
                    self.count(command)
        assert self.world.collisions == []

    def count(self, command: ShowCounts) -> None:
        self.counted += command.counts
        self.world.waiting += [CountConfirmed(task.count) for task in command.counts]


def slot_of(pod: PodId, column: int = 1) -> SlotId:
    return slot_id(pod, "A", 1, column)


def wanted(count: CountId, pod: PodId, column: int = 1) -> CountWanted:
    return CountWanted(count, slot_of(pod, column), Sku(pod))


def test_a_pod_is_brought_counted_and_taken_back() -> None:
    floor = Floor()
    pod = floor.pods[20]
    floor.play(300, wanted(K1, pod), wanted(K2, pod, 2), wanted(K1, pod))
    assert [task.count for task in floor.counted] == [K1, K2]
    task = floor.counted[0]
    assert (task.pod, task.slot, task.sku) == (pod, slot_of(pod), Sku(pod))
    assert (floor.state.counts, floor.state.visits) == ({}, {})
    assert pod in floor.state.pods
    tally = floor.state.tally
    assert (tally.slots_counted, tally.pod_visits, tally.put_visits) == (2, 0, 0)


def test_the_pod_stays_until_all_is_counted() -> None:
    floor = Floor()
    floor.counting = False
    pod = floor.pods[20]
    floor.play(300, wanted(K1, pod), wanted(K2, pod, 2))
    (visit,) = floor.state.visits.values()
    assert (visit.phase, visit.counts) == (Phase.PICK, (K1, K2))
    floor.play(20, CountConfirmed(K1), CountConfirmed(K1))
    (visit,) = floor.state.visits.values()
    assert (visit.phase, visit.counts) == (Phase.PICK, (K2,))
    # After a restart what is still to count is shown again, and nothing else.
    again = [c for c in floor.dispatcher.outstanding(floor.state) if isinstance(c, ShowCounts)]
    assert [[task.count for task in command.counts] for command in again] == [[K2]]
    floor.play(200, CountConfirmed(K2))
    assert floor.state.visits == {}


def test_a_visit_under_way_takes_the_count_along() -> None:
    floor = Floor(person_wait_ms=NEVER_MS)
    pod = floor.pods[20]
    floor.play(8, order("A", Sku(pod)))
    (visit,) = floor.state.visits.values()
    floor.play(300, wanted(K1, pod))
    assert [task.visit for task in floor.counted] == [visit.visit]
    assert floor.state.orders == {}
    assert (floor.state.tally.pod_visits, floor.state.visits) == (1, {})


def test_a_count_wanted_of_a_pod_at_a_station_is_shown_there_at_once() -> None:
    floor = Floor()
    floor.counting = False
    pod = floor.pods[20]
    floor.play(300, wanted(K1, pod))
    before = len(floor.shown)
    floor.play(1, wanted(K2, pod, 2))
    (command,) = floor.shown[before:]
    assert isinstance(command, ShowCounts)
    assert [task.count for task in command.counts] == [K1, K2]


def test_counts_wait_while_robots_are_wanted_elsewhere_but_not_for_ever() -> None:
    floor = Floor(person_wait_ms=200_000)
    orders = [order(f"O{index}", Sku(pod)) for index, pod in enumerate(floor.pods[:50])]
    floor.play(2, *orders)
    pod = floor.pods[55]
    floor.play(100, wanted(K1, pod))
    assert floor.state.waiting or floor.state.open_lines, "there is work for all robots"
    assert pod not in {visit.pod for visit in floor.state.visits.values()}
    floor.play(301)
    assert pod in {visit.pod for visit in floor.state.visits.values()} or floor.counted
    floor.play(1500)
    assert floor.counted
    assert floor.state.orders == {}


def test_nobody_counts_at_a_station_that_is_closed() -> None:
    floor = Floor()
    first, second = floor.dispatcher.floor.pick_stations
    pod = floor.pods[20]
    floor.play(300, StationClosed(first), wanted(K1, pod))
    assert [task.station for task in floor.counted] == [second]


def test_a_station_closed_at_once_sends_the_pod_elsewhere_to_be_counted() -> None:
    floor = Floor()
    floor.counting = False
    floor.play(300, wanted(K1, floor.pods[20]))
    (visit,) = floor.state.visits.values()
    floor.counting = True
    floor.play(400, StationClosed(visit.station, at_once=True))
    assert [task.count for task in floor.counted] == [K1]
    assert floor.counted[0].station != visit.station
    assert floor.state.visits == {}


def test_with_all_stations_closed_counts_wait() -> None:
    floor = Floor()
    stations = floor.dispatcher.floor.pick_stations
    floor.play(60, *map(StationClosed, stations), wanted(K1, floor.pods[20]))
    assert floor.state.visits == {}
    floor.play(300, *map(StationOpened, stations))
    assert [task.count for task in floor.counted] == [K1]


def test_arms_do_not_count_where_there_are_people() -> None:
    small = load_site("small")
    arm, person = small.stations
    site = replace(small, stations=(replace(arm, picker=PickerKind.ARM), person))
    for pod in (0, 59):
        floor = Floor(site=site)
        floor.play(300, wanted(K1, floor.pods[pod]))
        assert [task.station for task in floor.counted] == [person.id]


def test_a_count_that_is_not_wanted_any_more_turns_its_pod_back() -> None:
    floor = Floor()
    pod = floor.pods[20]
    floor.play(12, wanted(K1, pod))
    assert len(floor.state.visits) == 1
    floor.play(200, CountConfirmed(K1), CountConfirmed(CountId("unknown")))
    assert (floor.state.visits, floor.counted) == ({}, [])
    assert pod in floor.state.pods


def test_nothing_is_promised_from_a_slot_in_quarantine() -> None:
    floor = Floor()
    pod = floor.pods[20]
    slot, sku = slot_of(pod), Sku(pod)
    floor.play(3, SlotQuarantined(slot), SlotQuarantined(slot))
    assert floor.state.slots[slot].available == 0
    assert floor.state.available[sku] == 0
    assert floor.state.matches.available(pod, sku) == 0
    assert (AlarmKind.SLOT_QUARANTINED, slot) in floor.state.alarms
    # What the ledger states meanwhile changes the books and not the quarantine.
    floor.play(2, StockStated((Balance(slot, sku, 7),)))
    assert (floor.state.slots[slot].quantity, floor.state.available[sku]) == (7, 0)
    floor.play(30, order("A", sku))
    assert [command.line for command in floor.shortened] == [line_id(OrderId("A"), 1)]
    floor.play(300, SlotReleased(slot), SlotReleased(slot), order("B", sku, 3))
    assert OrderId("B") in floor.state.finished
    assert floor.state.slots[slot].available == 2
    assert (AlarmKind.SLOT_QUARANTINED, slot) not in floor.state.alarms


def test_what_was_promised_before_the_quarantine_stays_promised() -> None:
    floor = Floor()
    pod = floor.pods[20]
    floor.play(6, order("A", Sku(pod), 2))
    assert floor.state.slots[slot_of(pod)].reserved == 2
    floor.play(300, SlotQuarantined(slot_of(pod)))
    assert OrderId("A") in floor.state.finished
    assert floor.shortened == []
    stock = floor.state.slots[slot_of(pod)]
    assert (stock.quantity, stock.reserved, stock.available) == (3, 0, 0)


def test_a_slot_that_gets_other_stock_in_quarantine_stays_in_it() -> None:
    floor = Floor()
    empty, other = slot_of(floor.pods[0], 3), Sku("other")
    floor.play(2, SlotQuarantined(empty), StockStated((Balance(empty, other, 9),)))
    assert floor.state.available[other] == 0
    floor.play(1, SlotReleased(empty))
    assert floor.state.available[other] == 9


def test_a_pod_that_comes_to_be_counted_serves_orders_too() -> None:
    floor = Floor()
    floor.counting = False
    pod = floor.pods[20]
    floor.play(300, wanted(K1, pod))
    (visit,) = floor.state.visits.values()
    floor.play(30, order("A", Sku(pod)))
    assert OrderId("A") in floor.state.finished
    assert floor.state.visits[visit.visit].phase is Phase.PICK
    floor.play(200, CountConfirmed(K1))
    assert floor.state.visits == {}
