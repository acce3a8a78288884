"""The fleet without ROS on a floor of hopping robots that obey stops; may be killed at any tick."""

from collections.abc import Sequence
from dataclasses import replace
from math import hypot
from pathlib import Path
from typing import Any

from fakes.hopping_world import Hopper, HoppingWorld

from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import (
    AnswerIntervention,
    Command,
    RaiseAlarm,
    SendTransportOrder,
)
from planner.warehouse.events import Event, InterventionAsked, OrderReceived, RobotStateSeen
from planner.warehouse.ids import InterventionId, OrderId, RobotId, Sku, TransportOrderId
from planner.warehouse.interventions import Intervention, InterventionKind
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, slot_id
from podherd_fleet.control import Control
from podherd_fleet.feed import Fed
from podherd_fleet.fleet import Fleet
from podherd_fleet.memory import Memory
from podherd_ros.presence import Stop, StopScope
from sim_worlds.sites.catalogue import load_site

SKUS = [Sku(f"sku-{i}") for i in range(8)]


class StoppableWorld(HoppingWorld):
    """Robots stand while a stop is for them; what they lack of an order they take again."""

    stops: tuple[Stop, ...] = ()

    def stopped(self, hopper: Hopper) -> bool:
        """Whether a stop is for this robot where it stands."""
        pose, robot = hopper.state.pose, hopper.state.robot
        return any(
            stop.scope is StopScope.SITE
            or robot in stop.robots
            or (stop.area_m != () and self._near(stop, pose.x_m, pose.y_m))
            for stop in self.stops
        )

    def forget_order(self, robot: RobotId) -> None:
        """The robot's process is started again: it stands, and reports an empty order."""
        hopper = self.robots[robot]
        hopper.ahead.clear()
        no_order = TransportOrderId("")
        hopper.state = replace(hopper.state, order=no_order, update=0, actions=())

    def _near(self, stop: Stop, x_m: float, y_m: float) -> bool:
        """By the box around the area: the tests stop rectangles."""
        xs, ys = [x for x, _ in stop.area_m], [y for _, y in stop.area_m]
        dx = max(min(xs) - x_m, 0.0, x_m - max(xs))
        dy = max(min(ys) - y_m, 0.0, y_m - max(ys))
        return hypot(dx, dy) <= 0.5

    def _hop(self, hopper: Hopper) -> None:
        stopped = self.stopped(hopper)
        if not stopped:
            super()._hop(hopper)
        hopper.state = replace(hopper.state, paused=stopped, driving=bool(hopper.ahead))

    def _take_order(self, command: SendTransportOrder) -> None:
        order, hopper = command.order, self.robots[command.order.robot]
        if not command.stitch and order.order == hopper.state.order:
            last = hopper.ahead[-1].sequence if hopper.ahead else hopper.state.last_sequence
            hopper.ahead += [node for node in order.base if node.sequence > last]
            hopper.state = replace(hopper.state, update=max(order.update, hopper.state.update))
            return
        super()._take_order(command)


class PaperFleet:
    """Fleet and floor, tick by tick, with orders for everything on the floor. What the fleet
    writes is in ``folder``."""

    def __init__(
        self,
        folder: Path,
        *,
        site: str = "small",
        seed: int = 0,
        chance: float = 1.0,
        lockstep: bool = False,
    ):
        self.lockstep = lockstep
        self.site: Site = load_site(site)
        self.folder = folder
        dispatcher = Dispatcher(self.site)
        pods = list(dispatcher.floor.roadmap.pods)
        stock = tuple(
            Balance(slot_id(pod, "A", 1, 1), SKUS[i % len(SKUS)], 40) for i, pod in enumerate(pods)
        )
        self.world = StoppableWorld(dispatcher, stock, seed, chance)
        self.now_ms = 0
        self.fed: list[Event] = []
        """All that the bridge ever told."""
        self.instances: dict[RobotId, str] = {}
        self.sent: list[SendTransportOrder] = []
        self.alarms: list[RaiseAlarm] = []
        self.answers: list[AnswerIntervention] = []
        """What the bridge was told of interventions, repeated ones too."""
        self.fleet = self._open()

    def _open(self) -> Fleet:
        self._given = 0
        control = Control(self.site, self.folder / "events.jsonl")
        return Fleet(control, Memory(self.folder / "memory.json"), lockstep=self.lockstep)

    def restart(self) -> None:
        """The fleet is killed, and begins again from what it wrote."""
        self.fleet.close()
        self.fleet = self._open()
        self._obey(self.fleet.opening())

    def order(self, count: int) -> None:
        """The WMS wants things."""
        known = sum(isinstance(event, OrderReceived) for event in self.fed)
        for number in range(known, known + count):
            key = OrderId(f"O{number}")
            lines = [OrderLine(line_id(key, i), SKUS[(number + i) % 8], 2) for i in (1, 2, 3)]
            self.world.waiting.append(OrderReceived(PickOrder(key, tuple(lines))))

    def ask(self, kind: InterventionKind, **fields: Any) -> InterventionId:
        """An operator wants something by way of the bridge; heard in the next tick."""
        count = sum(isinstance(event, InterventionAsked) for event in self.fed)
        name = InterventionId(f"I{count + 1}")
        self.fed.append(InterventionAsked(Intervention(name, kind, **fields)))
        return name

    def unheard(self) -> tuple[Fed, ...]:
        """What the feed has that the fleet was not given yet."""
        after = max(self.fleet.feed, self._given)
        fed = tuple(Fed(i + 1, event) for i, event in enumerate(self.fed))[after:]
        self._given = fed[-1].number if fed else after
        return fed

    def answer(self, name: InterventionId) -> AnswerIntervention | None:
        """The newest answer to it."""
        found = [one for one in self.answers if one.intervention == name]
        return found[-1] if found else None

    def ticks(self, count: int = 1) -> None:
        """So many ticks."""
        for _ in range(count):
            self.now_ms += TICK_MS
            self._report(self.world.tick(self.now_ms))
            decided = self.fleet.tick(self.now_ms, self.unheard())
            self.sent = list(decided.orders)
            self._obey((*decided.orders, *decided.rest))

    def _report(self, events: Sequence[Event]) -> None:
        self.fleet.clock(self.now_ms)
        for event in events:
            if isinstance(event, RobotStateSeen):
                robot = event.state.robot
                self.fleet.hear(robot, event.state, self.instances.get(robot, "1"))
            else:
                self.fed.append(event)

    def _obey(self, commands: Sequence[Command]) -> None:
        self.world.obey(commands)
        self.world.stops = self.fleet.stops
        self.alarms += [command for command in commands if isinstance(command, RaiseAlarm)]
        self.answers += [one for one in commands if isinstance(one, AnswerIntervention)]
