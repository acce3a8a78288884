"""How simulated drones, their links and the air around them behave; all of it seeded."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import RobotId

NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class DroneWorldParams:
    """Our assumptions, not measurements.

    Physics in steps of ``step_ms``; the fleet decides, and drones report, every ``control_ms``.
    ``gusts`` (0 to 1) is the share of the strongest gust a drone is meant for that gusts reach;
    they change within ``gust_s``. Every leg is flown at a pace drawn evenly between the slowest of
    the drone's type and 1. A message takes up to ``latency_ms`` and is lost with ``loss``. A look
    is given up after ``patience_s`` behind a pod that is carried past.
    """

    step_ms: int = 100
    control_ms: int = 500
    gusts: float = 0.6
    gust_s: float = 4.0
    latency_ms: int = 100
    loss: float = 0.0
    patience_s: float = 10.0

    def __post_init__(self) -> None:
        if self.step_ms <= 0 or self.control_ms <= 0 or self.control_ms % self.step_ms:
            remedy = "Give positive ms, control_ms a multiple of step_ms."
            raise _wrong("control_ms", (self.step_ms, self.control_ms), remedy)
        if not 0 <= self.gusts <= 1 or not 0 <= self.loss < 1:
            raise _wrong("gusts, loss", (self.gusts, self.loss), "Give shares, loss below 1.")
        if self.gust_s <= 0 or self.latency_ms < 0 or self.patience_s < 0:
            found = (self.gust_s, self.latency_ms, self.patience_s)
            remedy = "Give gust_s above 0, the others 0 or more."
            raise _wrong("gust_s, latency_ms, patience_s", found, remedy)


@dataclass(frozen=True, slots=True)
class LostLink:
    """The drone hears nothing and is not heard."""

    drone: RobotId
    from_ms: int = 0
    until_ms: int = NEVER_MS


@dataclass(frozen=True, slots=True)
class CellFailure:
    """A cell of the battery fails: the charge is ``left`` (share) of what it was."""

    drone: RobotId
    at_ms: int
    left: float


@dataclass(frozen=True, slots=True)
class DroneFaults:
    """None by default."""

    links: tuple[LostLink, ...] = ()
    cells: tuple[CellFailure, ...] = ()

    def check(self, drones: tuple[RobotId, ...]) -> None:
        """Raises :class:`InvalidSite` if a fault names a drone that is not there, or makes no
        sense."""
        named = [link.drone for link in self.links] + [cell.drone for cell in self.cells]
        for drone in named:
            if drone not in drones:
                raise _wrong("faults", drone, f"There are {', '.join(drones)}.")
        for cell in self.cells:
            if not 0 <= cell.left <= 1:
                raise _wrong("faults.left", cell.left, "Give a share from 0 to 1.")

    def is_silent(self, drone: RobotId, now_ms: int) -> bool:
        """Whether its link is down."""
        return any(
            link.drone == drone and link.from_ms <= now_ms < link.until_ms for link in self.links
        )


class Gusts:
    """Strength (0 to 1) and push of the air at one drone: straight lines between random strengths,
    so that it changes, and stays within ``params.gusts``."""

    def __init__(self, params: DroneWorldParams, seed: str):
        self._random = Random(seed)
        self._most, self._every_ms = params.gusts, round(params.gust_s * 1000)
        self._knots = [self._knot(), self._knot()]
        self._from_ms = 0

    def push(self, now_ms: int) -> tuple[float, float, float]:
        """Along x, y and z; no longer than 1. Time only goes on."""
        while now_ms >= self._from_ms + self._every_ms:
            self._from_ms += self._every_ms
            self._knots = [self._knots[1], self._knot()]
        share = (now_ms - self._from_ms) / self._every_ms
        ((before, after),) = pairwise(self._knots)
        x, y, z = (a + share * (b - a) for a, b in zip(before, after, strict=True))
        return x, y, z

    def _knot(self) -> tuple[float, float, float]:
        while True:
            x, y, z = (self._random.uniform(-1, 1) for _ in range(3))
            if x * x + y * y + z * z <= 1:
                return x * self._most, y * self._most, z * self._most


def _wrong(name: str, value: object, remedy: str) -> InvalidSite:
    return InvalidSite("no such world", field=name, value=value, remedy=remedy)
