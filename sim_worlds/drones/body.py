"""One drone in the air: where it is, what it spends, and what it looks at."""

from math import hypot, sqrt
from random import Random

from planner.flight.airspace import Pad, Position
from planner.flight.drone import DroneType
from planner.flight.onboard import Autopilot
from planner.flight.order import FlightReport
from planner.flight.views import View
from planner.warehouse.ids import RobotId
from sim_worlds.drones.params import DroneWorldParams, Gusts

_THERE_M = 1e-3
_J_PER_WH = 3600.0


class DroneBody:
    """Starts on its pad with a full battery. It flies straight to the target of its autopilot with
    limited acceleration, stops there, and is pushed off its line by gusts."""

    def __init__(
        self, drone: RobotId, kind: DroneType, pad: Pad, params: DroneWorldParams, seed: int
    ):
        self.kind, self.pad = kind, pad
        self.pilot = Autopilot(drone, kind)
        self.battery_wh = kind.battery_wh
        self.metres = 0.0
        self.speed_mps = 0.0
        self._line = pad.place
        self._heading = (0.0, 0.0, 0.0)
        self._push = (0.0, 0.0, 0.0)
        self._target: Position | None = None
        self._pace = 1.0
        self._random = Random(f"{seed}/{drone}/pace")
        self._gusts = Gusts(params, f"{seed}/{drone}/gusts")

    @property
    def place(self) -> Position:
        """Where it really is."""
        if self.pilot.on_ground:
            return self._line
        drift = self.kind.drift_m
        x, y, z = (at + drift * push for at, push in zip(self._line, self._push, strict=True))
        return Position(x, y, max(0.0, z))

    @property
    def looking(self) -> View | None:
        """The face it hovers before, as it was told to look at it."""
        target = self.pilot.target
        if target is None or self.pilot.homing or self.speed_mps > 0:
            return None
        return target.look if self._line.metres_to(target.place) <= _THERE_M else None

    def step(self, now_ms: int, step_ms: int) -> None:
        """Let ``step_ms`` pass, up to ``now_ms``. Who looks does not leave: see :meth:`looked`."""
        step_s = step_ms / 1000
        self._push = self._gusts.push(now_ms)
        if self.pilot.on_ground:
            self._charge(step_s)
            return
        moved_m = self._move(step_s)
        self.metres += moved_m
        gust = hypot(*self._push)
        joules = (self.kind.hover_w + self.kind.gust_w * gust) * step_s
        joules += moved_m * self.kind.move_j_per_m
        self.battery_wh = max(0.0, self.battery_wh - joules / _J_PER_WH)
        self.pilot = self.pilot.watch(self._line, self.battery_wh, self.speed_mps, now_ms)

    def looked(self) -> None:
        """The look here is over: go on."""
        self.pilot = self.pilot.reached()

    def report(self, now_ms: int) -> FlightReport:
        """What it says of itself; the place is that on its line."""
        pilot = self.pilot
        return FlightReport(
            drone=pilot.drone,
            at_ms=now_ms,
            place=self._line,
            battery_wh=self.battery_wh,
            order=pilot.order_id,
            update=pilot.order.update if pilot.order else 0,
            last_sequence=pilot.last_sequence,
            homing=pilot.homing,
            on_ground=pilot.on_ground,
            trouble=pilot.trouble,
        )

    def _charge(self, step_s: float) -> None:
        if self._line == self.pad.place:
            more_wh = self.kind.charge_w * step_s / _J_PER_WH
            self.battery_wh = min(self.kind.battery_wh, self.battery_wh + more_wh)

    def _move(self, step_s: float) -> float:
        """Fly, land or come to a stop; returns the metres."""
        if self.pilot.landing and self.speed_mps == 0:
            return self._sink(step_s)
        target = self.pilot.target
        if target is None:
            return self._brake(step_s)
        if self._target != target.place:
            self._target = target.place
            self._pace = self._random.uniform(self.kind.slowest_pace, 1.0)
        to_go_m = self._line.metres_to(target.place)
        if to_go_m <= _THERE_M:
            self._arrive(target.place)
            return to_go_m
        self._heading = self._towards(target.place, to_go_m)
        return self._fly(target.place, to_go_m, step_s)

    def _towards(self, place: Position, metres: float) -> tuple[float, float, float]:
        x, y, z = ((to - at) / metres for to, at in zip(place, self._line, strict=True))
        return x, y, z

    def _fly(self, place: Position, to_go_m: float, step_s: float) -> float:
        grip, speed = self.kind.acceleration_mps2, self.speed_mps
        top = self.kind.top_mps(self._line, place) * self._pace
        # The highest speed at the end of the step from which it still stops in time.
        half = grip * step_s / 2
        under = half * half + 2 * grip * to_go_m - 2 * half * speed
        stopping = max(0.0, sqrt(under) - half) if under > 0 else 0.0
        after = max(0.0, min(speed + grip * step_s, top, stopping))
        metres = min(to_go_m, (speed + after) / 2 * step_s)
        self.speed_mps = after
        if to_go_m - metres <= _THERE_M:
            self._arrive(place)
            return to_go_m
        self._advance(metres)
        return metres

    def _arrive(self, place: Position) -> None:
        self._line, self.speed_mps = place, 0.0
        if self.looking is None:
            self.pilot = self.pilot.reached()

    def _brake(self, step_s: float) -> float:
        if self.speed_mps == 0:
            return 0.0
        after = max(0.0, self.speed_mps - self.kind.acceleration_mps2 * step_s)
        metres = (self.speed_mps + after) / 2 * step_s
        self.speed_mps = after
        self._advance(metres)
        return metres

    def _sink(self, step_s: float) -> float:
        metres = min(self._line.z_m, self.kind.climb_mps * step_s)
        self._line = self._line._replace(z_m=self._line.z_m - metres)
        if self._line.z_m == 0:
            self.pilot = self.pilot.touched_down()
        return metres

    def _advance(self, metres: float) -> None:
        x, y, z = (at + metres * along for at, along in zip(self._line, self._heading, strict=True))
        self._line = Position(x, y, z)
