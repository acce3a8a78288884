"""A simulated person who puts goods away. Pure: time comes in, outcomes go out."""

from collections import deque
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from math import log
from random import Random

from planner.warehouse.ids import PodId, PutId, SlotId, StationId
from planner.warehouse.receipts import PutTask


@dataclass(frozen=True, slots=True)
class StowerParams:
    """How long a person takes. Our assumption, not a measurement.

    A put takes a log-normal time of mean ``put_s`` and shape ``sigma``, and ``piece_s`` more for
    every piece after the first, at most ``pieces_max_s`` in all; the first put into a pod that has
    just come takes ``pod_s`` more.
    """

    put_s: float = 8.0
    sigma: float = 0.4
    piece_s: float = 0.5
    pieces_max_s: float = 15.0
    pod_s: float = 3.0

    def __post_init__(self) -> None:
        if self.put_s <= 0 or min(self.sigma, self.piece_s, self.pieces_max_s, self.pod_s) < 0:
            raise ValueError(f"put_s must be positive, the others 0 or more (found {self})")


@dataclass(frozen=True, slots=True)
class PutOutcome:
    """``quantity`` pieces were put into the slot; no more fit if that is less than asked."""

    put: PutId
    quantity: int


class Stower:
    """Does the puts shown at one station, one after the other in the order shown.

    ``true_stock`` says what really lies in the slots and grows with every put; all people of a
    world share it. A slot takes ``capacity`` pieces. What was shown before is not done twice.
    """

    def __init__(
        self,
        station: StationId,
        true_stock: MutableMapping[SlotId, int],
        capacity: int,
        params: StowerParams | None = None,
        seed: int = 0,
    ):
        self.station = station
        self._true_stock = true_stock
        self._capacity = capacity
        self._params = params or StowerParams()
        self._random = Random(f"{seed}/{station}/puts")
        self._known: set[PutId] = set()
        self._queue: deque[PutTask] = deque()
        self._done_ms = 0
        self._pod: PodId | None = None

    def show(self, puts: Iterable[PutTask], now_ms: int) -> None:
        """Put puts on the list; those known already are left out."""
        for put in puts:
            if put.put in self._known:
                continue
            self._known.add(put.put)
            self._queue.append(put)
            if len(self._queue) == 1:
                self._begin(put, now_ms)

    @property
    def next_ms(self) -> int | None:
        """When the put at hand will be done; ``None`` with nothing to do."""
        return self._done_ms if self._queue else None

    @property
    def busy(self) -> bool:
        """Is there anything left to put away?"""
        return bool(self._queue)

    def advance(self, now_ms: int) -> tuple[PutOutcome, ...]:
        """The puts done by now, in order."""
        outcomes: list[PutOutcome] = []
        while self._queue and self._done_ms <= now_ms:
            outcomes.append(self._put(self._queue.popleft()))
            if self._queue:
                self._begin(self._queue[0], self._done_ms)
        return tuple(outcomes)

    def _put(self, task: PutTask) -> PutOutcome:
        held = self._true_stock.get(task.slot, 0)
        put = max(0, min(task.quantity, self._capacity - held))
        self._true_stock[task.slot] = held + put
        return PutOutcome(task.put, put)

    def _begin(self, task: PutTask, now_ms: int) -> None:
        params = self._params
        mu = log(params.put_s) - params.sigma**2 / 2
        seconds = self._random.lognormvariate(mu, params.sigma)
        seconds += min((task.quantity - 1) * params.piece_s, params.pieces_max_s)
        if task.pod != self._pod:
            seconds += params.pod_s
            self._pod = task.pod
        self._done_ms = now_ms + max(1, round(seconds * 1000))
