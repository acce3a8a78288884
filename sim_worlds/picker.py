"""A simulated person at a pick station. Pure: time comes in, outcomes go out."""

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
    has just come takes ``pod_s`` more.
    """

    line_s: float = 6.0
    sigma: float = 0.4
    piece_s: float = 0.5
    pieces_max_s: float = 15.0
    pod_s: float = 3.0

    def __post_init__(self) -> None:
        if self.line_s <= 0 or min(self.sigma, self.piece_s, self.pieces_max_s, self.pod_s) < 0:
            raise ValueError(f"line_s must be positive, the others 0 or more (found {self})")


@dataclass(frozen=True, slots=True)
class PickOutcome:
    """``quantity`` pieces were taken; with a ``reason`` if that is fewer than asked."""

    pick: PickId
    quantity: int
    reason: ShortReason | None = None


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
        self._pod: PodId | None = None

    def show(self, picks: Iterable[PickTask], now_ms: int) -> None:
        """Put picks on the list; those known already are left out."""
        for pick in picks:
            if pick.pick in self._known:
                continue
            self._known.add(pick.pick)
            self._queue.append(pick)
            if len(self._queue) == 1:
                self._begin(pick, now_ms)

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
            outcomes.append(self._take(self._queue.popleft()))
            if self._queue:
                self._begin(self._queue[0], self._done_ms)
        return tuple(outcomes)

    def _take(self, pick: PickTask) -> PickOutcome:
        held = self._true_stock.get(pick.slot, 0)
        taken = min(pick.quantity, held)
        self._true_stock[pick.slot] = held - taken
        reason = ShortReason.SLOT_SHORT if taken < pick.quantity else None
        return PickOutcome(pick.pick, taken, reason)

    def _begin(self, pick: PickTask, now_ms: int) -> None:
        params = self._params
        mu = log(params.line_s) - params.sigma**2 / 2
        seconds = self._random.lognormvariate(mu, params.sigma)
        seconds += min((pick.quantity - 1) * params.piece_s, params.pieces_max_s)
        if pick.pod != self._pod:
            seconds += params.pod_s
            self._pod = pick.pod
        self._done_ms = now_ms + max(1, round(seconds * 1000))
