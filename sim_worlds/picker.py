"""Who picks at a simulated station: a person or a robot arm. Pure: time in, outcomes out."""

from collections import deque
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from math import log
from random import Random

from planner.warehouse.ids import PickId, PodId, SlotId, StationId
from planner.warehouse.picks import PickTask, ShortReason


@dataclass(frozen=True, slots=True)
class PickerParams:
    """How long a person takes. Our assumption, not a measurement.

    A pick line takes a log-normal time of mean ``line_s`` and shape ``sigma``, and ``piece_s`` more
    for every piece after the first, at most ``pieces_max_s`` in all; the first line from a pod that
    has just come takes ``pod_s`` more. Then it takes ``put_s`` for every piece to put what was
    taken into its tote, during which the pod may leave already.
    """

    line_s: float = 6.0
    sigma: float = 0.4
    piece_s: float = 0.5
    pieces_max_s: float = 15.0
    pod_s: float = 3.0
    put_s: float = 0.0

    def __post_init__(self) -> None:
        others = (self.sigma, self.piece_s, self.pieces_max_s, self.pod_s, self.put_s)
        if self.line_s <= 0 or min(others) < 0:
            raise ValueError(f"line_s must be positive, the others 0 or more (found {self})")


@dataclass(frozen=True, slots=True)
class ArmParams:
    """How a robot arm picks. Our assumption, not a measurement.

    Every piece takes ``cycle_s``; a try fails with probability ``failure_rate`` and is made again
    up to ``retries`` times, ``retry_s`` more each. What still fails waits for a person, who comes
    to all arms in turn and takes ``help_s`` on the mean for a line, the way included; without
    ``attended`` nobody comes.
    """

    cycle_s: float = 5.0
    failure_rate: float = 0.05
    retries: int = 2
    retry_s: float = 4.0
    help_s: float = 30.0
    attended: bool = True

    def __post_init__(self) -> None:
        if self.cycle_s <= 0 or self.help_s <= 0 or min(self.retries, self.retry_s) < 0:
            raise ValueError(
                f"cycle_s and help_s must be positive, retries and retry_s 0 or more (found {self})"
            )
        if not 0 <= self.failure_rate <= 1:
            raise ValueError(f"failure_rate must be in [0, 1] (found {self.failure_rate})")

    @property
    def help(self) -> PickerParams:
        """The person who takes what the arms could not."""
        return PickerParams(line_s=self.help_s, pod_s=0.0)


@dataclass(frozen=True, slots=True)
class PickOutcome:
    """``quantity`` pieces were taken; with a ``reason`` if that is fewer than asked. ``failed``: an
    arm could not take them, and a person is to."""

    pick: PickId
    quantity: int
    reason: ShortReason | None = None
    failed: bool = False


class Picker:
    """Takes the picks shown at one station, one after the other in the order shown.

    ``true_stock`` says what really lies in the slots and shrinks with every pick; all pickers of a
    world share it. What was shown before is not done twice.
    """

    def __init__(
        self,
        station: StationId,
        true_stock: MutableMapping[SlotId, int],
        params: PickerParams | None = None,
        seed: int = 0,
    ):
        self.station = station
        self._true_stock = true_stock
        self._params = params or PickerParams()
        self._random = Random(f"{seed}/{station}")
        self._known: set[PickId] = set()
        self._queue: deque[PickTask] = deque()
        self._done_ms = 0
        self._free_ms = 0
        self._began_ms = 0
        self._busy_ms = 0
        self._pod: PodId | None = None

    def show(self, picks: Iterable[PickTask], now_ms: int) -> None:
        """Put picks on the list; those known already are left out."""
        for pick in picks:
            if pick.pick in self._known:
                continue
            self._known.add(pick.pick)
            self._queue.append(pick)
            if len(self._queue) == 1:
                self._begin(pick, max(now_ms, self._free_ms))

    def busy_ms(self, now_ms: int) -> int:
        """How long it has been picking and putting since the start."""
        if self._queue:
            return self._busy_ms + max(0, now_ms - self._began_ms)
        return self._busy_ms - max(0, self._free_ms - now_ms)

    def withdraw(self, picks: Iterable[PickId], now_ms: int) -> None:
        """Take picks off the list; one at hand is put down, and what was taken stays taken."""
        gone = set(picks)
        at_hand = self._queue[0] if self._queue else None
        self._queue = deque(task for task in self._queue if task.pick not in gone)
        if self._queue and self._queue[0] is not at_hand:
            self._begin(self._queue[0], now_ms)

    @property
    def next_ms(self) -> int | None:
        """When the pick at hand will be done; ``None`` with nothing to do."""
        return self._done_ms if self._queue else None

    @property
    def busy(self) -> bool:
        """Is there anything left to pick?"""
        return bool(self._queue)

    def advance(self, now_ms: int) -> tuple[PickOutcome, ...]:
        """The picks done by now, in order."""
        outcomes: list[PickOutcome] = []
        while self._queue and self._done_ms <= now_ms:
            pick = self._queue.popleft()
            outcomes.append(self._take(pick))
            self._free_ms = self._done_ms + round(pick.quantity * self._params.put_s * 1000)
            self._busy_ms += self._free_ms - self._began_ms
            if self._queue:
                self._begin(self._queue[0], self._free_ms)
        return tuple(outcomes)

    def _take(self, pick: PickTask) -> PickOutcome:
        held = self._true_stock.get(pick.slot, 0)
        taken = min(pick.quantity, held)
        self._true_stock[pick.slot] = held - taken
        reason = ShortReason.SLOT_SHORT if taken < pick.quantity else None
        return PickOutcome(pick.pick, taken, reason)

    def _begin(self, pick: PickTask, now_ms: int) -> None:
        self._began_ms = now_ms
        self._done_ms = now_ms + max(1, round(self._seconds(pick) * 1000))

    def _seconds(self, pick: PickTask) -> float:
        params = self._params
        mu = log(params.line_s) - params.sigma**2 / 2
        seconds = self._random.lognormvariate(mu, params.sigma)
        seconds += min((pick.quantity - 1) * params.piece_s, params.pieces_max_s)
        if pick.pod != self._pod:
            seconds += params.pod_s
            self._pod = pick.pod
        return seconds


class RobotArm(Picker):
    """Takes the picks shown at one station as a robot arm does, and fails at some."""

    def __init__(
        self,
        station: StationId,
        true_stock: MutableMapping[SlotId, int],
        params: ArmParams | None = None,
        seed: int = 0,
    ):
        super().__init__(station, true_stock, seed=seed)
        self._arm = params or ArmParams()
        self._fails = False

    def _seconds(self, pick: PickTask) -> float:
        arm = self._arm
        tries = 1
        while (failed := self._random.random() < arm.failure_rate) and tries <= arm.retries:
            tries += 1
        self._fails = failed
        return pick.quantity * arm.cycle_s + (tries - 1) * arm.retry_s

    def _take(self, pick: PickTask) -> PickOutcome:
        return PickOutcome(pick.pick, 0, failed=True) if self._fails else super()._take(pick)
