"""How orders of a window came out, by what held them up: on time, in full (OTIF), and why not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wms_bridge.records.foresight import CauseKind, OrderOutcome

MOST_SUBJECTS = 5


@dataclass(frozen=True, slots=True)
class CauseSubject:
    """How many orders one thing held up."""

    subject: str
    orders: int


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Orders that were late or short by one cause; ``late_s`` is their mean lateness (s), ``None``
    if none was late; ``share`` is of all orders that were late or short. ``subjects`` are the
    things named most."""

    cause: CauseKind
    orders: int
    late: int
    short: int
    late_s: float | None
    share: float
    subjects: tuple[CauseSubject, ...]


@dataclass(frozen=True, slots=True)
class Lateness:
    """Orders finished in a window. ``on_time`` is the share of those due that were, ``in_full`` of
    all, ``otif`` the share that was neither late nor short; ``None`` where there are none."""

    orders: int
    due: int
    late: int
    short: int
    on_time: float | None
    in_full: float | None
    otif: float | None
    causes: tuple[CauseRow, ...]


def lateness_of(outcomes: Sequence[OrderOutcome]) -> Lateness:
    """How these orders came out; the causes with most orders first."""
    due = sum(one.due_ms is not None for one in outcomes)
    late = sum(one.late for one in outcomes)
    short = sum(one.short for one in outcomes)
    failed = [one for one in outcomes if one.late or one.short]
    kinds = Counter(one.cause or CauseKind.UNKNOWN for one in failed)
    rows = [_row(kind, failed) for kind, _ in sorted(kinds.items(), key=lambda i: (-i[1], i[0]))]
    return Lateness(
        orders=len(outcomes),
        due=due,
        late=late,
        short=short,
        on_time=1 - late / due if due else None,
        in_full=1 - short / len(outcomes) if outcomes else None,
        otif=1 - len(failed) / len(outcomes) if outcomes else None,
        causes=tuple(rows),
    )


def _row(kind: CauseKind, failed: Sequence[OrderOutcome]) -> CauseRow:
    own = [one for one in failed if (one.cause or CauseKind.UNKNOWN) is kind]
    late_s = [
        (one.finished_ms - one.due_ms) / 1000 for one in own if one.late and one.due_ms is not None
    ]
    named = Counter(one.subject for one in own if one.subject)
    top = sorted(named.items(), key=lambda item: (-item[1], item[0]))[:MOST_SUBJECTS]
    return CauseRow(
        cause=kind,
        orders=len(own),
        late=sum(one.late for one in own),
        short=sum(one.short for one in own),
        late_s=sum(late_s) / len(late_s) if late_s else None,
        share=len(own) / len(failed),
        subjects=tuple(CauseSubject(name, count) for name, count in top),
    )
