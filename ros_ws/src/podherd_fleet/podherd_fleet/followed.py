"""One intervention that the fleet follows, and how far it is with it."""

from dataclasses import dataclass
from typing import NamedTuple

from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.interventions import Intervention, InterventionOutcome


class Progress(NamedTuple):
    """How far something has come, and in words what follows or why not."""

    outcome: InterventionOutcome
    text: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """``number`` is that of its event in the feed; ``outcome`` is ``None`` until it was begun, at
    ``since_ms`` of site time; ``said`` once the answer was handed on for the bridge."""

    intervention: Intervention
    number: int
    outcome: InterventionOutcome | None = None
    text: str = ""
    since_ms: int = 0
    said: bool = False

    @property
    def final(self) -> bool:
        """Whether nothing more will come of it."""
        return self.outcome is not None and self.outcome.final

    def answer(self) -> AnswerIntervention:
        """What the bridge is told. ``ValueError`` before it was begun."""
        if self.outcome is None:
            raise ValueError("not begun yet")
        return AnswerIntervention(self.intervention.intervention, self.outcome, self.text)


def done(text: str) -> Progress:
    """It is so."""
    return Progress(InterventionOutcome.DONE, text)


def under_way(text: str) -> Progress:
    """It is to be so before long."""
    return Progress(InterventionOutcome.UNDER_WAY, text)


def refused(text: str) -> Progress:
    """It is not done, and why."""
    return Progress(InterventionOutcome.REFUSED, text)
