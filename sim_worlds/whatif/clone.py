"""A run's state at one moment, taken out of its event log, and runs that go on from there.

The dispatcher's state comes from replaying the log, bit for bit; the books from putting the same
orders, stock and picks through a bridge. The floor is rebuilt from that state. What a log does not
know is settled in one way: every robot stands at the end of its base (it was to drive there
whatever happened), lifts and picks under way begin anew, and the slots hold what the books say.
Robots that were silent stay so.
"""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from planner.dispatch.state import Robot, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.dispatch.stock import plain_sku
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.errors import InvalidStudy, PodherdError, ReplayMismatch
from planner.warehouse.events import (
    Event,
    GoodsReceived,
    OrderCancelled,
    OrderChanged,
    OrderPrioritised,
    OrderReceived,
    PickConfirmed,
    PickFailed,
    PolicySet,
    PutConfirmed,
    RuleCleared,
    RuleSet,
    SkuStated,
    StationClosed,
    StationOpened,
    StockStated,
)
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.stock import Balance
from sim_worlds.demand import TimedOrder
from sim_worlds.eventlog import Header, Tick, digest, read_log
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge


@dataclass(frozen=True, slots=True)
class Moment:
    """A run at ``now_ms``: what it started from, the state with every robot at the end of its base,
    the bridge's books (a pickled :class:`MemoryStore`), and the orders its log tells of after."""

    header: Header
    now_ms: int
    state: State
    books: bytes
    later: tuple[TimedOrder, ...]

    def bridge(self) -> Bridge:
        """A bridge of its own with the books as they were."""
        store: MemoryStore = pickle.loads(self.books)
        return Bridge(self.header.site, store)

    def still_to_come(self, orders: Iterable[TimedOrder]) -> tuple[TimedOrder, ...]:
        """Those of ``orders`` that the run has not received yet, none of them in the past."""
        state = self.state
        return tuple(
            replace(timed, at_ms=max(timed.at_ms, self.now_ms))
            for timed in orders
            if timed.order.order not in state.orders and timed.order.order not in state.finished
        )


def read_moment(path: Path, at_ms: int | None = None) -> Moment:
    """The moment of a log after its last step up to ``at_ms`` (site time; None: its end).

    :class:`InvalidStudy` if the log begins later or ends before, or if its books cannot be rebuilt;
    :class:`ReplayMismatch` if this version decides otherwise than the one that wrote it.
    """
    header, ticks = read_log(path)
    replaying = _Replaying(header)
    later: list[TimedOrder] = []
    last_ms = 0
    for tick in ticks:
        last_ms = tick.now_ms
        if at_ms is None or tick.now_ms <= at_ms:
            replaying.go_on(tick)
        else:
            later += _orders(tick)
    _check_reach(path, at_ms, replaying, last_ms)
    state = settled(replaying.dispatcher, replaying.state)
    books = pickle.dumps(replaying.bridge.store)
    return Moment(header, state.now_ms, state, books, tuple(later))


def _check_reach(path: Path, at_ms: int | None, replaying: "_Replaying", last_ms: int) -> None:
    if replaying.ticks == 0 or (at_ms is not None and at_ms > last_ms + TICK_MS):
        raise InvalidStudy(
            f"{path} has no such moment",
            field="at",
            value=None if at_ms is None else at_ms / 1000,
            remedy=f"Its last step was at {last_ms / 1000:.1f} s of site time.",
        )


def _orders(tick: Tick) -> Iterator[TimedOrder]:
    for event in tick.events:
        if isinstance(event, OrderReceived):
            yield TimedOrder(tick.now_ms, event.order)


class _Replaying:
    """Dispatcher and bridge, side by side through the log."""

    def __init__(self, header: Header):
        self.dispatcher = header.dispatcher()
        self.state = self.dispatcher.start()
        self.bridge = Bridge(header.site, MemoryStore())
        self.ticks = 0

    def go_on(self, tick: Tick) -> None:
        """One step, compared with what was recorded."""
        self._book(tick.events, tick.now_ms)
        self.state, commands = self.dispatcher.step(self.state, tick.events, tick.now_ms)
        if tick.commands is not None and digest(commands) != tick.commands:
            raise ReplayMismatch(
                f"the commands at {tick.now_ms} ms differ from those recorded",
                field=f"tick {self.ticks}",
                remedy="Take the version of Podherd that wrote the log.",
            )
        self._apply(commands, tick.now_ms)
        self.ticks += 1

    def _book(self, events: Sequence[Event], now_ms: int) -> None:
        """Do to the bridge what made it say these things. Picks come before balances: the balance
        after a pick is told with the pick."""
        stated: dict[SlotId, Balance] = {}
        orders: list[PickOrder] = []
        others: list[Event] = []
        for event in events:
            if isinstance(event, PickConfirmed):
                self.bridge.confirm_pick(event.pick, event.quantity, now_ms, event.reason)
            elif isinstance(event, PutConfirmed):
                self.bridge.confirm_put(event.put, event.quantity, now_ms)
            elif isinstance(event, OrderReceived):
                orders.append(event.order)
            elif isinstance(event, StockStated):
                stated.update((balance.slot, balance) for balance in event.balances)
            else:
                others.append(event)
        self._know(orders, stated.values(), others)
        for result in self.bridge.receive_orders(orders, now_ms) if orders else ():
            if isinstance(result, PodherdError):
                raise _not_booked(now_ms, result)
        for event in others:
            try:
                self._repeat(event, now_ms)
            except PodherdError as error:
                raise _not_booked(now_ms, error) from error
        self._state_stock(list(stated.values()), now_ms)

    def _know(
        self, orders: list[PickOrder], stated: Iterable[Balance], others: list[Event]
    ) -> None:
        """Put into the catalogue what is spoken of for the first time."""
        changed = [event.order for event in others if isinstance(event, OrderChanged)]
        skus = {line.sku for order in (*orders, *changed) for line in order.lines}
        skus.update(balance.sku for balance in stated)
        skus.update(event.receipt.sku for event in others if isinstance(event, GoodsReceived))
        new = skus.difference(record.sku for record in self.bridge.catalogue()) if skus else ()
        if new:
            self.bridge.put_skus([SkuRecord(sku) for sku in sorted(new)])

    def _repeat(self, event: Event, now_ms: int) -> None:
        """What people and the WMS did besides; robots' reports are nothing to the bridge."""
        bridge = self.bridge
        match event:
            case GoodsReceived(receipt):
                bridge.receive_goods(receipt, now_ms)
            case OrderChanged(order, _):
                bridge.change_order(order, now_ms)
            case OrderCancelled(order_id):
                bridge.cancel_order(order_id, now_ms)
            case OrderPrioritised(order_id, priority, due_ms):
                bridge.prioritise_order(order_id, priority, now_ms, due_ms)
            case PickFailed(pick):
                bridge.fail_pick(pick, now_ms)
            case StationClosed(station, at_once):
                bridge.close_station(station, now_ms, at_once=at_once)
            case StationOpened(station):
                bridge.open_station(station, now_ms)
            case RuleSet(rule):
                bridge.rulebook.set_rule(rule, now_ms)
            case RuleCleared(name):
                bridge.rulebook.clear_rule(name, now_ms)
            case PolicySet(policy):
                bridge.rulebook.set_policy(policy, now_ms)
            case SkuStated(facts):
                bridge.put_skus([SkuRecord(**asdict(one)) for one in facts], now_ms)

    def _state_stock(self, stated: list[Balance], now_ms: int) -> None:
        """Post what is not in the books yet; what picks have made of it is there already."""
        if not stated:
            return
        held = {(b.slot, b.sku): b.quantity for b in self._held(stated)}
        new = [b for b in stated if held.get((b.slot, b.sku), 0) != b.quantity]
        if not new:
            return
        try:
            self.bridge.load_stock(new, f"log/{now_ms}", now_ms)
        except PodherdError as error:
            raise _not_booked(now_ms, error) from error

    def _held(self, stated: list[Balance]) -> tuple[Balance, ...]:
        if len(stated) > 50:
            return self.bridge.stock()
        return tuple(found for b in stated for found in self.bridge.stock(slot=b.slot))

    def _apply(self, commands: Sequence[Command], now_ms: int) -> None:
        told = [c for c in commands if not isinstance(c, SendTransportOrder)]
        for problem in self.bridge.apply(told, now_ms) if told else ():
            if problem is not None:
                raise _not_booked(now_ms, problem)


def _not_booked(now_ms: int, problem: PodherdError) -> InvalidStudy:
    return InvalidStudy(
        f"the books at {now_ms / 1000:.1f} s cannot be rebuilt from the log: {problem}",
        field="from-log",
        remedy="Take an earlier moment.",
    )


def settled(dispatcher: Dispatcher, state: State) -> State:
    """The same state with every robot at the end of its base."""
    fork = state.fork()
    for robot in state.robots.values():
        fork.robots[robot.robot] = _at_end(dispatcher, robot)
    return fork


def _at_end(dispatcher: Dispatcher, robot: Robot) -> Robot:
    leg = robot.leg
    if leg is None or leg.reached == len(leg.nodes) - 1:
        return robot
    heading = dispatcher.floor.heading_between(*leg.nodes[-2:])
    return replace(
        robot, node=leg.end, heading=heading, leg=replace(leg, reached=len(leg.nodes) - 1)
    )


def books_of(state: State) -> tuple[Balance, ...]:
    """What the books say lies in the slots."""
    return tuple(
        Balance(slot, plain_sku(stock.sku), stock.quantity) for slot, stock in state.slots.items()
    )


def pods_on_floor(dispatcher: Dispatcher, state: State) -> dict[PodId, int]:
    """The node of every pod that stands. What a robot says that it carries does not stand; a pod
    that neither stands nor is carried was just lowered by the robot of its visit."""
    carried = {r.report.load for r in state.robots.values() if r.report is not None}
    standing = {pod: node for pod, node in state.pods.items() if pod not in carried}
    for visit in state.visits.values():
        if visit.pod not in standing and visit.pod not in carried and visit.robot is not None:
            standing[visit.pod] = state.robots[visit.robot].node
    return standing


def skus_of(orders: Iterable[TimedOrder]) -> tuple[Sku, ...]:
    """Every SKU asked for, in order of appearance."""
    return tuple(dict.fromkeys(line.sku for timed in orders for line in timed.order.lines))
