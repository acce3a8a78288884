"""What operators wanted of the fleet, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import RobotId
from planner.warehouse.interventions import Intervention, InterventionKind

ANSWER_WITHIN_MS = 30_000
"""A fleet that runs answers sooner."""
LASTING = frozenset(
    {
        InterventionKind.STOP,
        InterventionKind.REQUEST_ENTRY,
        InterventionKind.ENTER,
        InterventionKind.SEND,
        InterventionKind.TAKE_OUT,
    }
)
"""Kinds that stay in force until another one undoes them."""


class InterventionState(StrEnum):
    """How far an intervention is."""

    ASKED = "asked"
    """The fleet has not answered yet."""
    UNDER_WAY = "under_way"
    DONE = "done"
    REFUSED = "refused"

    @property
    def final(self) -> bool:
        """Whether the fleet has nothing more to say about it."""
        return self in (InterventionState.DONE, InterventionState.REFUSED)


@dataclass(frozen=True, slots=True)
class InterventionRecord:
    """One intervention; ``number`` counts all of them from 1.

    ``by`` asked for it at ``asked_ms``, and why; ``text`` is what the fleet said last, and
    ``changed_ms`` when it changed last. ``change`` is the number of that change, counted over all
    interventions. One that lasts is undone by the intervention ``undone_by``; ``let_go`` are those
    of its robots for which it was undone before that.
    """

    number: int
    intervention: Intervention
    by: str
    reason: str
    asked_ms: int
    changed_ms: int
    change: int = 0
    state: InterventionState = InterventionState.ASKED
    text: str = ""
    let_go: tuple[RobotId, ...] = ()
    undone_by: int | None = None

    @property
    def in_force(self) -> bool:
        """Whether it holds, or will once the fleet has answered."""
        return (
            self.intervention.kind in LASTING
            and self.state is not InterventionState.REFUSED
            and self.undone_by is None
        )

    def no_answer(self, now_ms: int) -> bool:
        """Whether the fleet should have answered by now."""
        waiting = self.state is InterventionState.ASKED
        return waiting and now_ms - self.asked_ms >= ANSWER_WITHIN_MS


def subjects_of(wanted: Intervention) -> tuple[str, ...]:
    """What an intervention is about: its robots, and the stop or entry it names; a stop and an
    entry of the same name are two things."""
    entries = (InterventionKind.REQUEST_ENTRY, InterventionKind.ENTER, InterventionKind.LEAVE)
    named = f"{'entry' if wanted.kind in entries else 'stop'}/{wanted.name}"
    robots = (f"robot/{robot}" for robot in dict.fromkeys(wanted.robots))
    return (*([named] if wanted.name else []), *robots)


@dataclass(frozen=True, slots=True)
class InterventionQuery:
    """Which interventions to list: the first ``limit`` with a number below ``before``, the newest
    first; of one of ``kinds`` and ``states`` (none given: of any), by ``by``, about ``subject``
    (see :func:`subjects_of`), in force or not."""

    kinds: tuple[InterventionKind, ...] = ()
    states: tuple[InterventionState, ...] = ()
    by: str | None = None
    subject: str | None = None
    in_force: bool | None = None
    before: int | None = None
    limit: int = 100
