"""What goes wrong on the simulated floor; all of it seeded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from planner.warehouse.ids import RobotId, SlotId
from planner.warehouse.stock import Balance

NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class SilentRobot:
    """From ``from_ms`` to ``until_ms`` the robot hears nothing and says nothing; it drives its base
    to the end and stands there."""

    robot: RobotId
    from_ms: int = 0
    until_ms: int = NEVER_MS


@dataclass(frozen=True, slots=True)
class SlowRobot:
    """The robot drives and turns at ``factor`` (above 0, at most 1) of its pace."""

    robot: RobotId
    factor: float

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 1:
            raise ValueError(f"{self.robot}: factor must be in (0, 1] (found {self.factor})")


@dataclass(frozen=True, slots=True)
class Faults:
    """None by default. ``short_slot_share`` of the slots (0 to 1) hold fewer pieces than the books
    say; every robot halts ``freezes_per_h`` times an hour on average, for ``freeze_s`` each."""

    short_slot_share: float = 0.0
    freezes_per_h: float = 0.0
    freeze_s: float = 30.0
    silent: tuple[SilentRobot, ...] = ()
    slow: tuple[SlowRobot, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.short_slot_share <= 1:
            raise ValueError(f"short_slot_share must be in [0, 1] (found {self.short_slot_share})")
        if self.freezes_per_h < 0 or self.freeze_s < 0:
            raise ValueError(
                "freezes_per_h and freeze_s must be 0 or more "
                f"(found {self.freezes_per_h}, {self.freeze_s})"
            )

    def check_robots(self, robots: Iterable[RobotId]) -> None:
        """Raises ``ValueError`` if a fault names a robot that is not there."""
        known = list(robots)
        named = [silent.robot for silent in self.silent] + [slow.robot for slow in self.slow]
        for robot in named:
            if robot not in known:
                raise ValueError(
                    f"faults name robot {robot!r}, which the site does not have; "
                    f"it has {', '.join(known)}"
                )

    def silences(self, robot: RobotId) -> tuple[SilentRobot, ...]:
        """When the robot is silent."""
        return tuple(silent for silent in self.silent if silent.robot == robot)


def outages(
    robots: Iterable[RobotId], mtbf_h: float, mttr_s: float, until_ms: int, seed: int
) -> tuple[SilentRobot, ...]:
    """Robots that fail and come back: the time to the next failure is exponential with mean
    ``mtbf_h`` (positive), that to repair with mean ``mttr_s``; failures begin before ``until_ms``.
    """
    found: list[SilentRobot] = []
    for robot in robots:
        random = Random(f"{seed}/{robot}/outages")
        at_ms = random.expovariate(1 / mtbf_h) * 3_600_000
        while at_ms < until_ms:
            back_ms = at_ms + random.expovariate(1 / mttr_s) * 1000
            found.append(SilentRobot(robot, int(at_ms), int(back_ms)))
            at_ms = back_ms + random.expovariate(1 / mtbf_h) * 3_600_000
    return tuple(found)


def true_stock(
    books: Iterable[Balance], faults: Faults | None = None, seed: int = 0
) -> dict[SlotId, int]:
    """What really lies in the slots: the books, with some slots short by one piece or more."""
    random = Random(f"{seed}/true stock")
    share = faults.short_slot_share if faults else 0.0
    stock: dict[SlotId, int] = {}
    for balance in books:
        short = balance.quantity > 0 and random.random() < share
        stock[balance.slot] = random.randrange(balance.quantity) if short else balance.quantity
    return stock


def freeze_times_ms(robot: RobotId, faults: Faults, seed: int) -> Iterator[int]:
    """When a robot halts: a Poisson process without end, or nothing."""
    if faults.freezes_per_h > 0:
        random = Random(f"{seed}/{robot}/freezes")
        at_ms = 0.0
        while True:
            at_ms += random.expovariate(faults.freezes_per_h) * 3_600_000
            yield int(at_ms)


class Freezes:
    """Tells whose turn it is to halt, as time goes on."""

    def __init__(self, robots: Iterable[RobotId], faults: Faults, seed: int):
        self.seconds = faults.freeze_s
        self._times = {robot: freeze_times_ms(robot, faults, seed) for robot in robots}
        self._next_ms = {robot: next(times, NEVER_MS) for robot, times in self._times.items()}
        self._first_ms = min(self._next_ms.values(), default=NEVER_MS)

    def due(self, now_ms: int) -> tuple[RobotId, ...]:
        """Robots that halt now."""
        if now_ms < self._first_ms:
            return ()
        due = tuple(robot for robot, at_ms in self._next_ms.items() if at_ms <= now_ms)
        for robot in due:
            self._next_ms[robot] = next(self._times[robot])
        self._first_ms = min(self._next_ms.values())
        return due
