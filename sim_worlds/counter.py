"""Simulated people who count what is in slots, without being told what should be there. Pure: time
comes in, outcomes go out."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from planner.warehouse.counts import CountTask
from planner.warehouse.ids import CountId, SlotId, StationId

PEOPLE = ("counter-1", "counter-2")
"""Who counts at a site; a slot that one has counted is counted by the other the next time."""


@dataclass(frozen=True, slots=True)
class CounterParams:
    """How people count. Our assumption, not a measurement: ``slot_s`` for a slot and ``piece_s``
    for every piece; right with probability ``right``, else one off."""

    slot_s: float = 8.0
    piece_s: float = 0.5
    right: float = 0.98

    def __post_init__(self) -> None:
        if self.slot_s <= 0 or self.piece_s < 0:
            raise ValueError(f"slot_s must be positive, piece_s 0 or more (found {self})")
        if not 0 <= self.right <= 1:
            raise ValueError(f"right must be in [0, 1] (found {self.right})")


@dataclass(frozen=True, slots=True)
class DoneCount:
    """``by`` says that there are ``quantity`` pieces in the slot."""

    task: CountTask
    quantity: int
    by: str


class Turns:
    """Whose turn it is to count a slot; one for all stations of a site."""

    def __init__(self) -> None:
        self._counted: dict[SlotId, int] = {}

    def take(self, slot: SlotId) -> str:
        """Who counts the slot now."""
        times = self._counted.get(slot, 0)
        self._counted[slot] = times + 1
        return PEOPLE[times % len(PEOPLE)]


class Counter:
    """Does the counts shown at one station, one after the other in the order shown.

    ``true_stock`` says what really lies in the slots, which hold ``capacity`` pieces; what counts
    is what is there when the count is finished. What was shown before is not done twice, unless it
    was dropped.
    """

    def __init__(
        self,
        station: StationId,
        true_stock: Mapping[SlotId, int],
        capacity: int,
        turns: Turns,
        params: CounterParams | None = None,
        seed: int = 0,
    ):
        self.station = station
        self._true_stock = true_stock
        self._capacity = capacity
        self._turns = turns
        self._params = params or CounterParams()
        self._random = Random(f"{seed}/{station}/counts")
        self._known: set[CountId] = set()
        self._queue: deque[CountTask] = deque()
        self._done_ms: int | None = None

    def show(self, counts: Iterable[CountTask]) -> None:
        """Put counts on the list; those known already are left out."""
        for task in counts:
            if task.count not in self._known:
                self._known.add(task.count)
                self._queue.append(task)

    @property
    def at_hand(self) -> CountTask | None:
        """What is being counted, or comes next."""
        return self._queue[0] if self._queue else None

    def drop(self) -> None:
        """The pod of the count at hand has gone: it can be shown anew."""
        self._known.discard(self._queue.popleft().count)
        self._done_ms = None

    def advance(self, now_ms: int) -> tuple[DoneCount, ...]:
        """The counts done by now, in order; the first begins when it is first asked for."""
        done: list[DoneCount] = []
        while self._queue:
            if self._done_ms is None:
                self._done_ms = now_ms + self._takes_ms(self._queue[0])
            if self._done_ms > now_ms:
                break
            done.append(self._count(self._queue.popleft()))
            self._done_ms = None
        return tuple(done)

    def _takes_ms(self, task: CountTask) -> int:
        pieces = self._true_stock.get(task.slot, 0)
        return round(1000 * (self._params.slot_s + pieces * self._params.piece_s))

    def _count(self, task: CountTask) -> DoneCount:
        quantity = self._true_stock.get(task.slot, 0)
        if self._random.random() >= self._params.right:
            quantity = max(0, quantity + self._random.choice((-1, 1)))
        # Nobody says that there are more than fit.
        quantity = min(quantity, self._capacity)
        return DoneCount(task, quantity, self._turns.take(task.slot))
