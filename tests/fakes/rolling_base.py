"""A base that rolls, in a few lines of physics: for tests of what drives it.

Seeded. It follows speeds late and with limited acceleration, its wheels are not quite of the size
it thinks, it slips, its camera sees floor markers beneath it, its lidar sees discs, its lift takes
time. Truth and what the sensors say are kept apart.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import atan2, cos, hypot, inf, sin, sqrt
from random import Random

from planner.warehouse.ids import PodId
from planner.warehouse.robot import Pose
from planner.warehouse.site import RobotType
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_robot.base_drive import BaseDrive
from podherd_ros.base import (
    STANDSTILL,
    BaseKind,
    Equipment,
    MarkerSighting,
    Odometry,
    Scan,
    Velocity,
)
from podherd_ros.drive import DriveReport

_STEP_MS = 10
_SEES_M = 0.15
_REACH_M = 8.0


@dataclass(frozen=True, slots=True)
class Physics:
    """How well the base does what it is told; the defaults are those of a perfect one.

    ``delay_ms`` from a speed order to the wheels; ``acceleration`` limits (m/s^2 and rad/s^2);
    ``scale_sd`` relative error of each wheel's size, ``slip_sd`` and ``twist_sd`` per square root
    of a metre (m and rad); markers are read with ``marker_sd_m`` and ``marker_sd_rad``, the lidar
    with ``lidar_sd_m``.
    """

    delay_ms: int = 0
    acceleration_mps2: float = inf
    acceleration_radps2: float = inf
    scale_sd: float = 0.0
    slip_sd: float = 0.0
    twist_sd: float = 0.0
    marker_sd_m: float = 0.0
    marker_sd_rad: float = 0.0
    lidar_sd_m: float = 0.0


PERFECT = Physics()
ORDINARY = Physics(
    delay_ms=50,
    acceleration_mps2=2.0,
    acceleration_radps2=6.0,
    scale_sd=0.003,
    slip_sd=0.002,
    twist_sd=0.002,
    marker_sd_m=0.002,
    marker_sd_rad=0.005,
    lidar_sd_m=0.01,
)


@dataclass(frozen=True, slots=True)
class Disc:
    """Something round on the floor."""

    x_m: float
    y_m: float
    radius_m: float


class RollingBase:
    """A :class:`podherd_ros.base.Base` and the floor beneath it. ``tick`` is one control cycle."""

    def __init__(
        self,
        kind: BaseKind,
        robot_type: RobotType,
        start: Pose,
        markers: Mapping[str, Pose],
        physics: Physics = PERFECT,
        seed: int = 0,
    ):
        self.kind = kind
        self._type = robot_type
        self._markers = markers
        self._physics = physics
        self._random = Random(seed)
        self.now_ms = 1_000
        self.truth = start
        self.velocity = STANDSTILL
        self.odom = Pose(0.0, 0.0, 0.0)
        self._orders: deque[tuple[int, Velocity]] = deque()
        self._wanted = STANDSTILL
        self._scale = 1.0 + self._random.gauss(0.0, physics.scale_sd)
        self._skew = self._random.gauss(0.0, physics.scale_sd)
        """Metres to the left wheel's side for each metre between the wheels and driven."""
        self.discs: list[Disc] = []
        self.rays = 0
        self.view_rad = 1.5
        """How far the lidar sees to each side."""
        self.pods: set[str] = set()
        """What can be lifted."""
        self.load: PodId | None = None
        self._action: Action | None = None
        self._status = ActionStatus.FINISHED
        self._done_ms = 0
        self.deaf = False
        """Loses orders to the equipment."""
        self.blindfolded = False
        self.stuck = False
        self.answers: list[tuple[int, Velocity]] = []
        self.asked: list[tuple[Action, Pose]] = []
        """What the equipment was asked and where the base really stood."""
        self._late: list[Callable[[BaseDrive], None]] = []
        self.watch: Callable[[Pose], None] = lambda _: None
        """Told the true pose after every step."""

    # --- Base ------------------------------------------------------------------------------

    def move(self, at_ms: int, velocity: Velocity) -> None:
        self.answers.append((at_ms, velocity))
        self._orders.append((self.now_ms + self._physics.delay_ms, velocity))

    def act(self, action: Action) -> None:
        self.asked.append((action, self.truth))
        if self.deaf:
            return
        self._action, self._status = action, ActionStatus.RUNNING
        self._done_ms = self.now_ms + int(self._type.lift_s * 1000)

    # --- time ------------------------------------------------------------------------------

    def tick(self, drive: BaseDrive, dt_ms: int = 100) -> DriveReport:
        """Sensors of the tick before, odometry of now, then ``dt_ms`` of physics."""
        for tell in self._late:
            tell(drive)
        self._late = [self._camera(), self._equipment()]
        if self.rays:
            self._late.append(self._lidar())
        report = drive.feel_odometry(self.odometry())
        for _ in range(dt_ms // _STEP_MS):
            self._step()
            self.watch(self.truth)
        return report

    def odometry(self) -> Odometry:
        return Odometry(self.now_ms, self.odom, self.velocity)

    def _step(self) -> None:
        seconds = _STEP_MS / 1000.0
        while self._orders and self._orders[0][0] <= self.now_ms:
            self._wanted = self._orders.popleft()[1]
        self.now_ms += _STEP_MS
        grow = self._physics.acceleration_mps2 * seconds
        spin = self._physics.acceleration_radps2 * seconds
        wanted, before = self._wanted, self.velocity
        if self.stuck:
            wanted = before = STANDSTILL
        left = wanted.left_mps if self.kind is BaseKind.OMNIDIRECTIONAL else 0.0
        self.velocity = Velocity(
            _towards(before.forward_mps, wanted.forward_mps, grow),
            _towards(before.left_mps, left, grow),
            _towards(before.turn_radps, wanted.turn_radps, spin),
        )
        self._roll(seconds)
        if self._status is ActionStatus.RUNNING and self.now_ms >= self._done_ms:
            self._finish()

    def _roll(self, seconds: float) -> None:
        """The wheels turn as told; the base moves a little differently."""
        speed, physics, random = self.velocity, self._physics, self._random
        ahead, left = speed.forward_mps * seconds, speed.left_mps * seconds
        turn = speed.turn_radps * seconds
        self.odom = _moved(self.odom, ahead, left, turn)
        way = hypot(ahead, left)
        if way == 0.0 and turn == 0.0:
            return
        root = sqrt(way)
        self.truth = _moved(
            self.truth,
            ahead * self._scale + random.gauss(0.0, physics.slip_sd) * root,
            left * self._scale + random.gauss(0.0, physics.slip_sd) * root,
            turn * self._scale + way * self._skew + random.gauss(0.0, physics.twist_sd) * root,
        )

    def _finish(self) -> None:
        assert self._action is not None
        match self._action.kind:
            case ActionKind.PICK:
                self.load = self._action.pod
            case ActionKind.DROP:
                self.load = None
            case ActionKind.START_CHARGING:
                pass
        self._status = ActionStatus.FINISHED

    # --- sensors ---------------------------------------------------------------------------

    def _equipment(self) -> Callable[[BaseDrive], None]:
        action = self._action.action if self._action else None
        equipment = Equipment(self.now_ms, self.load, 0.8, False, action, self._status)
        return lambda drive: drive.feel_equipment(equipment)

    def _camera(self) -> Callable[[BaseDrive], None]:
        seen = [] if self.blindfolded else [*self.sightings()]

        def tell(drive: BaseDrive) -> None:
            for sighting in seen:
                drive.feel_marker(sighting)

        return tell

    def sightings(self) -> list[MarkerSighting]:
        """The markers beneath the base."""
        truth, physics, gauss = self.truth, self._physics, self._random.gauss
        found = []
        for name, marker in self._markers.items():
            dx, dy = marker.x_m - truth.x_m, marker.y_m - truth.y_m
            if hypot(dx, dy) > _SEES_M:
                continue
            c, s = cos(truth.theta_rad), sin(truth.theta_rad)
            pose = Pose(
                dx * c + dy * s + gauss(0.0, physics.marker_sd_m),
                dy * c - dx * s + gauss(0.0, physics.marker_sd_m),
                marker.theta_rad - truth.theta_rad + gauss(0.0, physics.marker_sd_rad),
            )
            sd_m, sd_rad = max(1e-3, physics.marker_sd_m), max(1e-3, physics.marker_sd_rad)
            found.append(MarkerSighting(self.now_ms, name, pose, sd_m, sd_rad))
        return found

    def _lidar(self) -> Callable[[BaseDrive], None]:
        scan = self.scan()
        return lambda drive: drive.feel_scan(scan)

    def scan(self) -> Scan:
        """From the middle of the front."""
        front = self._type.length_m / 2.0
        truth = self.truth
        x_m = truth.x_m + front * cos(truth.theta_rad)
        y_m = truth.y_m + front * sin(truth.theta_rad)
        first, step = -self.view_rad, 2.0 * self.view_rad / (self.rays - 1)
        angles = [truth.theta_rad + first + i * step for i in range(self.rays)]
        ranges = tuple(self._range(x_m, y_m, angle) for angle in angles)
        return Scan(self.now_ms, front, first, step, ranges)

    def _range(self, x_m: float, y_m: float, angle: float) -> float:
        c, s = cos(angle), sin(angle)
        nearest = inf
        for disc in self.discs:
            dx, dy = disc.x_m - x_m, disc.y_m - y_m
            ahead, across = dx * c + dy * s, dy * c - dx * s
            if ahead > 0 and abs(across) < disc.radius_m:
                half = sqrt(disc.radius_m**2 - across * across)
                nearest = min(nearest, ahead - half)
        if nearest > _REACH_M:
            return inf
        return max(0.0, nearest + self._random.gauss(0.0, self._physics.lidar_sd_m))


def _towards(before: float, wanted: float, most: float) -> float:
    return before + max(-most, min(most, wanted - before))


def _moved(pose: Pose, ahead: float, left: float, turn: float) -> Pose:
    middle = pose.theta_rad + turn / 2.0
    c, s = cos(middle), sin(middle)
    theta = pose.theta_rad + turn
    return Pose(
        pose.x_m + ahead * c - left * s,
        pose.y_m + ahead * s + left * c,
        atan2(sin(theta), cos(theta)),
    )
