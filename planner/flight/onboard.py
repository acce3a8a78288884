"""The drone's side: what it does with orders, and what it decides on its own. No I/O.

Whoever owns it flies to :attr:`Autopilot.target`, looks where it is told, and hands in the time,
the battery and whether it hears anything.
"""

from dataclasses import dataclass, replace

from planner.flight.airspace import Position
from planner.flight.drone import DroneType
from planner.flight.order import FlightNode, FlightOrder, FlightTrouble, order_number
from planner.warehouse.ids import RobotId, TransportOrderId


@dataclass(frozen=True, slots=True)
class Autopilot:
    """On its pad until the first order. ``silent_ms``: hearing nothing for so long it hovers at the
    end of its base and then flies home. ``index`` counts the nodes reached of ``order``."""

    drone: RobotId
    kind: DroneType
    silent_ms: int = 20_000
    order: FlightOrder | None = None
    index: int = 0
    homing: bool = False
    on_ground: bool = True
    landing: bool = False
    trouble: FlightTrouble | None = None
    heard_ms: int = 0

    def accept(self, order: FlightOrder, now_ms: int) -> "Autopilot":
        """A new order on the pad, or an update that goes on from the end of the base. Anything
        else, and everything once it flies home, changes nothing."""
        heard = replace(self, heard_ms=now_ms)
        old = self.order
        if self.trouble is FlightTrouble.CANNOT_RETURN:
            return heard
        newer = old is None or order_number(order.order) > order_number(old.order)
        if self.on_ground and newer and order.update == 0:
            return replace(heard, order=order, index=0, homing=False, on_ground=False, trouble=None)
        if old is None or self.homing or self.on_ground or self.landing:
            return heard
        follows = (order.order, order.update) == (old.order, old.update + 1)
        if not follows or order.base[0].sequence != old.base[-1].sequence:
            return heard
        # Nodes of the old base that are still to come are flown first.
        kept = old.base[self.index : -1]
        base = (*kept, old.base[-1], *order.base[1:])
        return replace(heard, order=replace(order, base=base), index=0)

    def hears(self, now_ms: int) -> "Autopilot":
        """The fleet was heard."""
        return replace(self, heard_ms=now_ms)

    def return_home(self) -> "Autopilot":
        """Told to come home."""
        return self if self.on_ground or self.landing else replace(self, homing=True)

    def land_here(self) -> "Autopilot":
        """Told that the air beneath is free; only for who has asked."""
        asked = self.trouble is FlightTrouble.CANNOT_RETURN and not self.on_ground
        return replace(self, landing=True) if asked else self

    @property
    def ahead(self) -> tuple[FlightNode, ...]:
        """Nodes to fly to from here on without asking; the first may be reached already."""
        if self.order is None or self.on_ground or self.landing:
            return ()
        nodes = self.order.nodes if self.homing else self.order.base
        return nodes[self.index :]

    @property
    def target(self) -> FlightNode | None:
        """Where to fly now; ``None``: hover, land or stand."""
        ahead = self.ahead
        if self.trouble is FlightTrouble.CANNOT_RETURN:
            return None
        return ahead[0] if ahead else None

    def reached(self) -> "Autopilot":
        """The target was reached, and looked from if so told."""
        if self.order is None:
            return self
        done = replace(self, index=self.index + 1)
        if self.homing and done.index == len(self.order.nodes):
            return replace(done, homing=False, on_ground=True)
        return done

    def touched_down(self) -> "Autopilot":
        """It stands on the ground, away from its pad."""
        return replace(self, landing=False, homing=False, on_ground=True)

    def way_back(self, place: Position) -> tuple[Position, ...]:
        """From here along what is left of the base and the way home."""
        if self.order is None:
            return (place,)
        return (place, *(node.place for node in self.order.nodes[self.index :]))

    def watch(
        self, place: Position, battery_wh: float, speed_mps: float, now_ms: int
    ) -> "Autopilot":
        """Decide for itself: too long without contact, too little left in the battery."""
        if self.on_ground or self.order is None or self.landing:
            return self
        needed_wh = self._needed_wh(place, speed_mps)
        if battery_wh < needed_wh or self.trouble is FlightTrouble.CANNOT_RETURN:
            down_wh = 2 * self.kind.way_wh((place, place._replace(z_m=0.0)))
            lost = now_ms - self.heard_ms > self.silent_ms
            # It waits for the air beneath to be free as long as it can afford to, and hears.
            landing = battery_wh <= down_wh or lost
            return replace(self, trouble=FlightTrouble.CANNOT_RETURN, landing=landing)
        if self.homing:
            return self
        if battery_wh < needed_wh + self.kind.reserve * self.kind.battery_wh:
            return replace(self, homing=True, trouble=FlightTrouble.LOW_BATTERY)
        if now_ms - self.heard_ms > self.silent_ms and not self.ahead:
            return replace(self, homing=True, trouble=FlightTrouble.LOST_CONTACT)
        return self

    def _needed_wh(self, place: Position, speed_mps: float) -> float:
        way = self.way_back(place)
        # A drone in motion stops sooner or later: it never needs more than from a standstill.
        stopping_s = speed_mps / self.kind.acceleration_mps2
        return self.kind.way_wh(way) + self.kind.worst_wh(stopping_s, 0.0)

    @property
    def order_id(self) -> TransportOrderId:
        """The order it has, or had last."""
        return self.order.order if self.order else TransportOrderId("")

    @property
    def last_sequence(self) -> int:
        """Number of the last node reached."""
        if self.order is None:
            return -1
        nodes = self.order.nodes
        return nodes[self.index - 1].sequence if self.index else nodes[0].sequence - 1
