"""A bridge with work for every screen at once: robots that wait, counts to decide, orders, picks at
a station, alarms, and a policy that has acted; shared by a module's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView, Wait, WaitsFor
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.counted import CountedFloor
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.intervening import House, running
from tests.wms_bridge.console.stations import TEA, StationWork
from wms_bridge.access.principal import LOCAL
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.records.access import AuditEntry, AuditQuery
from wms_bridge.records.alarms import AlarmQuery, AlarmRecord
from wms_bridge.records.policies import (
    ActionKind,
    AlarmMatch,
    AlarmPolicy,
    ExecutionQuery,
    PolicyAction,
    PolicyExecution,
    PolicyMode,
)


@dataclass
class WholeHouse:
    """What a :class:`House` has, and more work in it."""

    house: House

    def __post_init__(self) -> None:
        self.bridge = self.house.bridge
        served = cast(FloorServer, self.house)  # a bridge, its site and its clock are asked of it
        self.counts = CountedFloor(served)
        self.work = StationWork(served)
        self.shift = PlayedShift(self.house.site, seed=3)

    def show_queue(self) -> tuple[str, str]:
        """Robots wait one for the other, the last for a picker: the first and the last of them."""
        view = self.shift.advance(30_000)
        first, second, third, *rest = view.robots
        since_ms = view.at_ms - 90_000
        waiting = (
            replace(first, wait=Wait(WaitsFor.ROBOT, second.robot, since_ms)),
            replace(second, wait=Wait(WaitsFor.ROBOT, third.robot, since_ms)),
            replace(third, wait=Wait(WaitsFor.PERSON, "S01", since_ms)),
        )
        self.show(replace(view, robots=(*waiting, *rest)))
        return first.robot, third.robot

    def show(self, view: FloorView) -> None:
        """A view of the floor, posted as the fleet does."""
        self.house.show(view)

    def receive(self, name: str, sku: Sku = TEA, quantity: int = 1) -> OrderId:
        """An order that waits."""
        order = OrderId(name)
        line = OrderLine(line_id(order, 1), sku, quantity)
        self.bridge.receive_order(PickOrder(order, (line,)), self.house.now_ms)
        return order

    def say(
        self, kind: AlarmKind, subject: str, text: str = "It stands.", *, active: bool = True
    ) -> None:
        """What the fleet tells of an alarm."""
        self.bridge.apply([RaiseAlarm(kind, subject, text, active)], self.house.now_ms)

    def alarm(self, subject: str) -> AlarmRecord:
        """An alarm as it is now."""
        listed = self.bridge.alarms.alarms(AlarmQuery(search=subject))
        return next(one for one in listed if one.subject == subject)

    def act_by_policy(self, name: str, subject: str, station: str) -> PolicyExecution:
        """A policy closes a station for an alarm about ``subject``."""
        wanted = AlarmPolicy(
            name,
            AlarmMatch((AlarmKind.ROBOT_STUCK,), subject=subject),
            PolicyAction(ActionKind.CLOSE_STATION, station),
            reason="a jam before it",
        )
        now_ms = self.house.now_ms
        made = self.bridge.policies.put(wanted, 0, "sue", now_ms)
        switch = ModeWanted(made.version, PolicyMode.ON, "sue", "now", LOCAL)
        self.bridge.policies.set_mode(name, switch, now_ms)
        self.say(AlarmKind.ROBOT_STUCK, subject)
        self.bridge.policies.look(now_ms)
        (done,) = self.bridge.policies.executions(ExecutionQuery(name))
        return done

    def audit(self, words: str) -> list[AuditEntry]:
        """Entries of the audit log about something, the latest first."""
        with self.bridge.store.reading() as tx:
            return list(tx.audit(AuditQuery(what=words)))


@contextmanager
def whole_house(site: Site) -> Iterator[WholeHouse]:
    """Serves as long as it is open."""
    with running(site) as house:
        yield WholeHouse(house)
