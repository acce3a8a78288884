"""Which forecasts are kept, what becomes of them when orders are finished, and what is remembered
of what held each order up. No store in here: what is to be kept is handed out."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from zlib import crc32

from planner.warehouse.ids import OrderId
from wms_bridge.foresight.forecasting import Foreseen, finished, is_at_risk, learn, prediction_of
from wms_bridge.foresight.learning import Learner
from wms_bridge.records.foresight import Cause, CauseKind, OrderOutcome, Prediction
from wms_bridge.records.work import OrderRecord

STEP_MS = 5 * 60_000
"""A forecast of an order is kept when it is first seen, and then once in each such step."""
MOST_OF_ORDER = 24
MOST_AT_ONCE = 200
"""So many forecasts are kept of one look at most, chosen by their names."""
REMEMBERED = 300
"""Finished orders that make the median age and the share of late ones."""
LATE_BEFORE = 0.5
"""The share of late orders that is told before any is finished."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What is to be kept of a finished order."""

    scored: tuple[Prediction, ...]
    outcome: OrderOutcome


class Keeper:
    """Not for several threads."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self._open: dict[OrderId, list[Prediction]] = {}
        self._held_up: dict[OrderId, Counter[tuple[CauseKind, str]]] = {}
        self._ages: deque[int] = deque(maxlen=REMEMBERED)
        self._late: deque[bool] = deque(maxlen=REMEMBERED)
        self._age_p50_ms: int | None = None

    # --- from before a restart ---

    def restore(
        self,
        pending: Sequence[Prediction],
        scored: Sequence[Prediction],
        outcomes: Sequence[OrderOutcome],
    ) -> None:
        """Go on from what was kept: predictions that are open, and those finished, by time."""
        for one in pending:
            self._open.setdefault(one.order, []).append(one)
        for one in scored:
            learn(self._learner, one)
        for outcome in outcomes:
            self._remember(outcome)

    @property
    def waiting(self) -> tuple[OrderId, ...]:
        """Orders of which predictions are open."""
        return tuple(self._open)

    @property
    def age_p50_ms(self) -> int:
        """The median age of the latest orders when they were finished; 0 before the first."""
        if self._age_p50_ms is None:
            self._age_p50_ms = round(median(self._ages)) if self._ages else 0
        return self._age_p50_ms

    @property
    def late_share(self) -> float:
        """The share of late ones among the latest orders that were due."""
        return sum(self._late) / len(self._late) if self._late else LATE_BEFORE

    # --- a look ---

    def chosen(self, foreseen: Sequence[Foreseen], now_ms: int) -> list[Prediction]:
        """The forecasts of this look that are to be kept."""
        due = [one for one in foreseen if self._wants(one.order.order, now_ms)]
        if len(due) > MOST_AT_ONCE:
            step = now_ms // STEP_MS
            due.sort(key=lambda one: crc32(f"{one.order.order}/{step}".encode()))
            due = due[:MOST_AT_ONCE]
        late, age = self.late_share, self.age_p50_ms
        kept = [prediction_of(one, now_ms, age, late) for one in due]
        for one in kept:
            self._open.setdefault(one.order, []).append(one)
        return kept

    def _wants(self, order: OrderId, now_ms: int) -> bool:
        made = self._open.get(order)
        if not made:
            return True
        return len(made) < MOST_OF_ORDER and now_ms // STEP_MS > made[-1].at_ms // STEP_MS

    def note(self, foreseen: Sequence[Foreseen], passed_ms: int) -> None:
        """Remember for how long each cause has come first, of orders at risk."""
        for one in foreseen:
            causes = one.forecast.causes
            if causes and is_at_risk(one.forecast):
                held = self._held_up.setdefault(one.order.order, Counter())
                held[_name(causes[0])] += max(1, passed_ms)

    def end(self, record: OrderRecord, received_ms: int, finished_ms: int) -> Ended:
        """An order is complete: its predictions held against that. Times are of the site's
        clock."""
        scored = tuple(finished(one, finished_ms) for one in self._open.pop(record.order, ()))
        for one in scored:
            learn(self._learner, one)
        late = record.due_ms is not None and finished_ms > record.due_ms
        held = self._held_up.pop(record.order, Counter())
        cause = _longest(held, late, record.short > 0)
        outcome = OrderOutcome(
            record.order,
            received_ms,
            record.due_ms,
            finished_ms,
            late,
            record.short > 0,
            *(cause or (None, "")),
        )
        self._remember(outcome)
        return Ended(scored, outcome)

    def drop(self, order: OrderId) -> None:
        """An order was cancelled: nothing is learned of it."""
        self._open.pop(order, None)
        self._held_up.pop(order, None)

    def _remember(self, outcome: OrderOutcome) -> None:
        self._ages.append(max(0, outcome.finished_ms - outcome.received_ms))
        self._age_p50_ms = None
        if outcome.due_ms is not None:
            self._late.append(outcome.late)


def _longest(
    held: Counter[tuple[CauseKind, str]], late: bool, short: bool
) -> tuple[CauseKind, str] | None:
    if late:
        late_by = [name for name, _ in held.most_common() if name[0] is not CauseKind.LINE_SHORT]
        return late_by[0] if late_by else (CauseKind.UNKNOWN, "")
    return (CauseKind.LINE_SHORT, "") if short else None


def _name(cause: Cause) -> tuple[CauseKind, str]:
    return cause.kind, cause.subject
