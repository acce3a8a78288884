"""No line is lost, no piece is promised twice, every promise is released once: whatever happens to
orders, picks, stock, stations and robots, in whatever order. Dispatcher and bridge must agree."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from unittest.mock import patch

import pytest
from fakes.bridged_floor import SKUS, BridgedFloor, paper_order
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from planner.assign.cover import CoverParams
from planner.assign.matches import Matches
from planner.assign.neighbourhood import (
    Neighbourhood,
    NeighbourhoodParams,
    NeighbourhoodPlan,
    improve,
)
from planner.assign.pairing import PairingParams
from planner.assign.release import ReleaseParams, ReleaseRule
from planner.assign.stations import StationParams
from planner.dispatch.params import DispatchParams
from planner.dispatch.phases import improve as improve_phase
from planner.warehouse.errors import InvalidOrder, TooLate
from planner.warehouse.events import (
    Event,
    OrderCancelled,
    OrderReceived,
    PickConfirmed,
    PickFailed,
    PickWithdrawn,
    StockStated,
)
from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.stock import Balance, pod_of
from wms_bridge.records.work import OrderStatus, PickRecord

LINES = st.lists(
    st.tuples(st.integers(0, len(SKUS) - 1), st.integers(1, 5)), min_size=1, max_size=3
)
INDEX = st.integers(0, 100)
PARAMS = DispatchParams(stations=StationParams(exception_ms=10_000, failures_max=2))


class Promises(RuleBasedStateMachine):
    """What may happen on a floor, in any order. Orders and pods are chosen together."""

    release_rule = ReleaseRule.JOINT
    params = PARAMS

    def __init__(self) -> None:
        super().__init__()
        self.floor = BridgedFloor(self.params, rule=self.release_rule)
        self.names: list[OrderId] = []
        self.bodies: dict[OrderId, PickOrder] = {}
        self.old: list[PickRecord] = []
        self.left: set[str] = set()
        self.more: list[Event] = []
        self.promised: set[PickId] = set()

    @initialize(orders=st.lists(LINES, min_size=2, max_size=6), lag=st.integers(0, 3))
    def begin_with_a_pod_at_a_station(self, orders: list[list[tuple[int, int]]], lag: int) -> None:
        self.floor.lag = lag
        for lines in orders:
            self.order(lines, 0)
        self.a_pod_comes()

    # --- what the WMS does ------------------------------------------------------------------

    @rule(lines=LINES, priority=st.integers(0, 2))
    def order(self, lines: list[tuple[int, int]], priority: int) -> None:
        body = paper_order(f"O{len(self.names)}", *lines, priority=priority)
        self.names.append(body.order)
        self.bodies[body.order] = body
        self.floor.bridge.receive_order(body, self.floor.now_ms)

    @precondition(lambda self: self.names)
    @rule(index=INDEX)
    def order_again(self, index: int) -> None:
        name = self.names[index % len(self.names)]
        assert self.floor.bridge.receive_order(self.bodies[name], self.floor.now_ms).repeated
        self.more.append(OrderReceived(self.bodies[name]))

    @precondition(lambda self: self.names)
    @rule(index=INDEX, lines=LINES, priority=st.integers(0, 2))
    def change(self, index: int, lines: list[tuple[int, int]], priority: int) -> None:
        body = paper_order(self.names[index % len(self.names)], *lines, priority=priority)
        details = self.floor.bridge.order(body.order)
        assert details is not None
        wanted = {line.line: line for line in body.lines}
        picked_away = any(
            line.picked
            and (
                line.line not in wanted
                or wanted[line.line].sku != line.sku
                or wanted[line.line].quantity < line.picked
            )
            for line in details.lines
        )
        if details.order.status is not OrderStatus.OPEN:
            with pytest.raises(TooLate):
                self.floor.bridge.change_order(body, self.floor.now_ms)
        elif picked_away:
            with pytest.raises(InvalidOrder, match="picked already"):
                self.floor.bridge.change_order(body, self.floor.now_ms)
        else:
            self.floor.bridge.change_order(body, self.floor.now_ms)

    @precondition(lambda self: self.names)
    @rule(index=INDEX, twice=st.booleans())
    def cancel(self, index: int, twice: bool) -> None:
        name = self.names[index % len(self.names)]
        try:
            self.floor.bridge.cancel_order(name, self.floor.now_ms)
        except TooLate:
            return
        if twice:
            assert self.floor.bridge.cancel_order(name, self.floor.now_ms).repeated
            self.more.append(OrderCancelled(name))

    @precondition(lambda self: self.names)
    @rule(index=INDEX, priority=st.integers(0, 3), due_ms=st.none() | st.integers(0, 10**6))
    def prioritise(self, index: int, priority: int, due_ms: int | None) -> None:
        name = self.names[index % len(self.names)]
        with suppress(TooLate):
            self.floor.bridge.prioritise_order(name, priority, self.floor.now_ms, due_ms)

    # --- what pickers do --------------------------------------------------------------------

    @precondition(lambda self: self.floor.shown())
    @rule(index=INDEX, missing=st.sampled_from([0, 0, 0, 1, 9]))
    def confirm(self, index: int, missing: int) -> None:
        shown = self.floor.shown()
        pick = shown[index % len(shown)]
        self.floor.confirm(pick, missing)
        self.old.append(pick)

    @precondition(lambda self: self.old)
    @rule(index=INDEX)
    def confirm_late(self, index: int) -> None:
        """The dispatcher hears of it again, long after."""
        pick = self.old[index % len(self.old)].task
        self.more += [PickConfirmed(pick.pick, pick.quantity), PickWithdrawn(pick.pick)]

    @precondition(lambda self: self.floor.shown())
    @rule(index=INDEX)
    def fail(self, index: int) -> None:
        shown = self.floor.shown()
        pick = shown[index % len(shown)].task.pick
        self.floor.bridge.fail_pick(pick, self.floor.now_ms)
        self.more.append(PickFailed(pick))

    @precondition(lambda self: self.floor.state.slots)
    @rule(index=INDEX, quantity=st.integers(0, 6))
    def recount(self, index: int, quantity: int) -> None:
        """Somebody counts a slot, and it is not what the books say."""
        slots = list(self.floor.state.slots)
        slot = slots[index % len(slots)]
        sku = self.floor.state.slots[slot].sku
        self.more.append(StockStated((Balance(slot, sku, quantity),)))

    # --- stations and robots ----------------------------------------------------------------

    @rule(index=INDEX, at_once=st.booleans())
    def close_station(self, index: int, at_once: bool) -> None:
        stations = list(self.floor.dispatcher.floor.stations)
        station = stations[index % len(stations)]
        self.floor.bridge.close_station(station, self.floor.now_ms, at_once=at_once)

    @rule(index=INDEX)
    def open_station(self, index: int) -> None:
        stations = list(self.floor.dispatcher.floor.stations)
        self.floor.bridge.open_station(stations[index % len(stations)], self.floor.now_ms)

    @rule(index=INDEX, silence=st.booleans())
    def silence_or_leave(self, index: int, silence: bool) -> None:
        """A robot falls silent, or speaks again; is to leave, or to stay."""
        robots = list(self.floor.world.robots)
        robot = robots[index % len(robots)]
        if silence:
            self.floor.muted ^= {robot}
            return
        self.more.append(self.floor.stay(robot) if robot in self.left else self.floor.leave(robot))
        self.left ^= {robot}

    @rule(count=st.sampled_from([1, 1, 5, 20, 60]))
    def time_passes(self, count: int) -> None:
        for _ in range(count):
            self.floor.tick(1, tuple(self.more))
            self.more.clear()
            self.new_promises_are_kept()

    @precondition(lambda self: not self.floor.shown())
    @rule()
    def a_pod_comes(self) -> None:
        for _ in range(80):
            self.time_passes(1)
            if self.floor.shown():
                break

    # --- what must be true ------------------------------------------------------------------

    def new_promises_are_kept(self) -> None:
        """What was promised in this step lies in the slot and was nobody else's."""
        state = self.floor.state
        for pick in state.picks.keys() - self.promised:
            slot = state.slots[state.picks[pick].slot]
            assert slot.reserved <= slot.quantity, pick
        self.promised |= state.picks.keys()

    @invariant()
    def promises_add_up(self) -> None:
        state = self.floor.state
        by_slot: Counter[SlotId] = Counter()
        by_line: Counter[LineId] = Counter()
        for task in state.picks.values():
            by_slot[task.slot] += task.quantity
            by_line[task.line] += task.quantity
        assert {s: slot.reserved for s, slot in state.slots.items() if slot.reserved} == by_slot
        assert {n: line.allocated for n, line in state.lines.items() if line.allocated} == by_line
        named = [pick for visit in state.visits.values() for pick in visit.picks]
        assert sorted(named) == sorted(state.picks)
        assert state.withdrawing.keys() <= state.picks.keys()
        assert state.failed.keys() <= state.picks.keys()

    @invariant()
    def stock_index_is_true(self) -> None:
        state = self.floor.state
        free: Counter[str] = Counter()
        for slot in state.slots.values():
            free[slot.sku] += slot.available
        assert {sku: n for sku, n in state.available.items() if n} == {
            sku: n for sku, n in free.items() if n
        }
        matches = Matches()
        for slot_id, slot in state.slots.items():
            matches.stock(pod_of(slot_id), slot.sku, slot.available)
        for name in state.waiting:
            wanted: Counter[Sku] = Counter()
            for line in state.orders[name].lines:
                wanted[state.lines[line].sku] += state.lines[line].quantity
            assert dict(state.orders[name].pieces) == +wanted
            for sku, pieces in wanted.items():
                matches.want(name, sku, pieces)
        assert _filled(state.matches) == _filled(matches)

    @invariant()
    def every_order_is_in_one_place(self) -> None:
        state = self.floor.state
        places = [*state.walls.values(), *state.bound.values(), tuple(state.waiting)]
        assert sorted(name for place in places for name in place) == sorted(state.orders)
        for station, wall in state.walls.items():
            assert len(wall) <= self.floor.dispatcher.floor.stations[station].order_slots
        for station, names in [*state.walls.items(), *state.bound.items()]:
            assert all(state.orders[name].station == station for name in names)
        assert all(state.orders[name].station is None for name in state.waiting)
        ranks = [-state.orders[name].priority for name in state.waiting]
        assert ranks == sorted(ranks)
        known = [name for order in state.orders.values() for name in order.lines]
        assert sorted(known) == sorted(state.lines)

    @invariant()
    def open_lines_are_indexed(self) -> None:
        state = self.floor.state
        expected = {
            name: order.station
            for order in state.orders.values()
            for name in order.lines
            if order.station is not None and state.lines[name].open > 0
        }
        assert state.open_lines == expected
        being_taken_back = {state.picks[pick].line for pick in state.withdrawing}
        for line in state.lines.values():
            assert line.open >= 0 or line.line in being_taken_back
            assert line.picked + line.shortened <= line.quantity

    @invariant()
    def nothing_is_refused(self) -> None:
        assert self.floor.refused == []
        assert self.floor.world.collisions == []

    def agree(self) -> None:
        """After the dispatcher has heard of everything."""
        floor, state = self.floor, self.floor.state
        assert {record.order for record in floor.open_orders()} == set(state.orders)
        shown: Counter[LineId] = Counter()
        for task in state.picks.values():
            if task.pick not in state.visits[task.visit].hidden:
                shown[task.line] += task.quantity
        for name in state.orders:
            details = floor.bridge.order(name)
            assert details is not None
            for record in details.lines:
                line = state.lines[record.line]
                assert (line.quantity, line.picked, line.shortened, shown[line.line]) == (
                    record.quantity,
                    record.picked,
                    record.short,
                    record.shown,
                )

    def teardown(self) -> None:
        """When all is well again every order is finished and everything is released."""
        floor = self.floor
        for station in floor.dispatcher.floor.stations:
            floor.bridge.open_station(station, floor.now_ms)
        floor.muted.clear()
        for robot in floor.world.robots:
            if robot in self.left:
                self.more.append(floor.stay(robot))
        self.time_passes(1)
        floor.hear_all()
        self.agree()
        floor.finish()
        floor.tick()
        assert floor.state.orders == {}
        assert floor.open_orders() == ()
        assert floor.state.picks == {} == floor.state.withdrawing == floor.state.failed
        assert all(slot.reserved == 0 for slot in floor.state.slots.values())
        assert set(floor.state.finished) | set(floor.state.cancelled) == set(self.names)
        assert floor.bridge.verify().sound
        self.nothing_is_refused()


class ClassicPromises(Promises):
    """The same by a rule of the literature: orders take their places at once."""

    release_rule = ReleaseRule.POD_MATCH


class SolvedPromises(Promises):
    """Pods are chosen in pairs and for all open lines, and what neighbouring stations have chosen
    is decided anew as often as there is anything better."""

    params = replace(
        PARAMS,
        pairing=PairingParams(pods_max=2, effort_s=0.02),
        cover=CoverParams(lines=3),
        neighbourhood=NeighbourhoodParams(
            stations=2, every_s=1, margin=0.0, turn_back=0.0, effort_s=0.02
        ),
    )


class ShuffledPromises(SolvedPromises):
    """The same, and what neighbouring stations have chosen is turned upside down at every
    opportunity, for better or worse: promises have to move with it."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = patch.object(improve_phase, "improve", _any_answer)
        self.patch.start()

    def teardown(self) -> None:
        self.patch.stop()
        super().teardown()


def _any_answer(
    problem: Neighbourhood, release: ReleaseParams, params: NeighbourhoodParams
) -> NeighbourhoodPlan:
    """A possible answer that suits other worths than the jobs have."""
    shift = sum(len(held) for held in problem.contents.values())
    jobs = [
        replace(job, worth=float((7 * index + 3 * shift) % 5))
        for index, job in enumerate(problem.jobs)
    ]
    return improve(replace(problem, jobs=jobs), release, replace(params, turn_back=0.0))


def _filled(matches: Matches) -> list[dict[str, dict[str, int]] | dict[PodId, int]]:
    """What the index says, without keys that hold nothing."""
    parts = (matches.holders, matches.contents, matches.wanting)
    return [
        *({str(key): dict(inner) for key, inner in part.items() if inner} for part in parts),
        matches.counts,
    ]


_SETTINGS = settings(
    max_examples=40,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
TestPromises = Promises.TestCase
TestPromises.settings = _SETTINGS
TestClassicPromises = ClassicPromises.TestCase
TestClassicPromises.settings = _SETTINGS
TestSolvedPromises = SolvedPromises.TestCase
TestSolvedPromises.settings = settings(_SETTINGS, max_examples=25)
TestShuffledPromises = ShuffledPromises.TestCase
TestShuffledPromises.settings = settings(_SETTINGS, max_examples=25)
