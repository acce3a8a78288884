"""Dispatcher, bridge and hopping robots together; people pick when a test says so, and how."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fakes.hopping_world import HoppingWorld

from planner.assign.release import ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.errors import PodherdError
from planner.warehouse.events import Event, RobotJoined, RobotLeaving, RobotStateSeen
from planner.warehouse.ids import OrderId, RobotId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.records.work import OrderQuery, OrderRecord, OrderStatus, PickRecord, SkuRecord
from wms_bridge.service import Bridge

SKUS = [Sku(f"sku-{i}") for i in range(4)]


def paper_order(name: str, *wanted: tuple[int, int], priority: int = 0) -> PickOrder:
    """Lines of ``(number of the SKU, pieces)``, numbered from 1."""
    order = OrderId(name)
    lines = tuple(
        OrderLine(line_id(order, number), SKUS[sku], pieces)
        for number, (sku, pieces) in enumerate(wanted, start=1)
    )
    return PickOrder(order, lines, priority=priority)


class BridgedFloor:
    """The floor ``small`` (two stations, six robots) with few places on its put walls and
    ``quantity`` pieces in every third pod. Commands reach the bridge ``lag`` ticks late, in their
    order. With the rules of the literature an order is on the put wall as soon as it is released,
    which makes what happens easy to foresee."""

    def __init__(
        self,
        params: DispatchParams | None = None,
        *,
        order_slots: int = 2,
        quantity: int = 3,
        seed: int = 0,
        lag: int = 0,
        rule: ReleaseRule = ReleaseRule.FIRST_COME_PILE_ON,
    ):
        site = load_site("small")
        walls = tuple(replace(station, order_slots=order_slots) for station in site.stations)
        site = replace(site, stations=walls)
        params = params or DispatchParams()
        release = replace(params.release, rule=rule)
        self.dispatcher = Dispatcher(site, replace(params, release=release))
        self.state = self.dispatcher.start()
        self.bridge = Bridge(site, MemoryStore())
        self.bridge.put_skus([SkuRecord(sku) for sku in SKUS])
        pods = list(self.dispatcher.floor.roadmap.pods)[::3]
        stock = [
            Balance(slot_id(pod, "A", 1, 1), SKUS[i % len(SKUS)], quantity)
            for i, pod in enumerate(pods)
        ]
        self.bridge.load_stock(stock, "opening", 0)
        self.world = HoppingWorld(self.dispatcher, (), seed, 1.0)
        self.world.waiting.clear()
        self.now_ms = 0
        self.told: list[Command] = []
        """All commands so far."""
        self.refused: list[PodherdError] = []
        self.lag = lag
        self._under_way: deque[list[Command]] = deque()
        self.muted: set[RobotId] = set()
        """Robots that go on as they are told, but whose reports get lost."""
        self._feed = 0

    def tick(self, count: int = 1, more: Sequence[Event] = ()) -> None:
        """So many planning periods; ``more`` happens in the first."""
        for _ in range(count):
            self.now_ms += TICK_MS
            events = [*self._fed(), *more, *self._heard()]
            more = ()
            self.state, commands = self.dispatcher.step(self.state, events, self.now_ms)
            self._obey(commands)

    def _heard(self) -> list[Event]:
        reports = self.world.tick(self.now_ms)
        return [
            report
            for report in reports
            if not (isinstance(report, RobotStateSeen) and report.state.robot in self.muted)
        ]

    def _fed(self) -> Iterable[Event]:
        news = self.bridge.feed(self._feed)
        self._feed += len(news)
        return [numbered.event for numbered in news]

    def _obey(self, commands: Sequence[Command]) -> None:
        self.told += commands
        self.world.obey([c for c in commands if isinstance(c, SendTransportOrder)])
        for_bridge = [c for c in commands if not isinstance(c, SendTransportOrder)]
        self._under_way.append(for_bridge)
        while len(self._under_way) > self.lag:
            results = self.bridge.apply(self._under_way.popleft(), self.now_ms)
            self.refused += [result for result in results if result is not None]

    def shown(self) -> list[PickRecord]:
        """All open picks, by station."""
        return [
            pick
            for station in self.dispatcher.floor.stations
            for pick in self.bridge.open_picks(station)
        ]

    def confirm(self, pick: PickRecord, missing: int = 0) -> None:
        """Take a pick, or all but ``missing`` pieces of it."""
        quantity = max(0, pick.task.quantity - missing)
        short = quantity < pick.task.quantity
        reason = ShortReason.SLOT_SHORT if short else None
        self.bridge.confirm_pick(pick.task.pick, quantity, self.now_ms, reason)

    def until_shown(self, ticks: int = 400) -> list[PickRecord]:
        """Let time pass until there is something to pick."""
        for _ in range(ticks):
            if self.shown():
                break
            self.tick()
        return self.shown()

    def hear_all(self, ticks: int = 20) -> None:
        """Let time pass until no command is under way and the dispatcher knows all that the bridge
        has to tell, the answers to its last commands too."""
        self.lag = 0
        self.tick()
        for _ in range(ticks):
            if not self.bridge.feed(self._feed):
                return
            self.tick()
        raise AssertionError(f"after {ticks} ticks the bridge still has news")

    def finish(self, ticks: int = 3000) -> None:
        """Pick everything at once until no order is open, or time is over."""
        for _ in range(ticks):
            for pick in self.shown():
                self.confirm(pick)
            self.tick()
            if not self.state.orders and not self.open_orders():
                break

    def open_orders(self) -> tuple[OrderRecord, ...]:
        """Orders that the bridge counts as open."""
        return self.bridge.orders(OrderQuery(OrderStatus.OPEN, limit=1000))

    def leave(self, robot: RobotId) -> RobotLeaving:
        """The event with which a robot is taken out."""
        return RobotLeaving(robot)

    def stay(self, robot: RobotId) -> RobotJoined:
        """The event with which it stays after all."""
        state = self.world.robots[robot].state
        return RobotJoined(robot, self.state.robots[robot].type, state.pose)
