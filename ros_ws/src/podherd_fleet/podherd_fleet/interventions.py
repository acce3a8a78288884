"""What operators want of the running fleet, as the bridge's feed tells it: followed, and answered.

Each :class:`InterventionAsked` is remembered before the tick that hears it is written down, and
done from what is remembered. So a fleet that is killed in between begins it again, which changes
nothing where it has been done, and the bridge is told what came of it once more. What concerns
robots' ways and work goes to the dispatcher as events, so that the event log leads to the same
state.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.errors import PodherdError
from planner.warehouse.events import Event, InterventionAsked
from planner.warehouse.ids import RobotId
from planner.warehouse.interventions import Intervention, InterventionKind, InterventionOutcome
from podherd_fleet.feed import Fed
from podherd_fleet.followed import Followed, Progress, refused
from podherd_fleet.handling import Handling

_FINAL_KEPT = 200
"""So many that nothing more will come of are remembered: their answers are sent again after a
restart, in case the bridge did not get them."""
_OPPOSED = {
    InterventionKind.TAKE_IN: InterventionKind.TAKE_OUT,
    InterventionKind.TAKE_OUT: InterventionKind.TAKE_IN,
}


class Interventions:
    """``followed`` were heard by an earlier process."""

    def __init__(self, handling: Handling, followed: tuple[Followed, ...] = ()):
        self._handling = handling
        self._followed = {one.intervention.intervention: one for one in followed}

    @property
    def followed(self) -> tuple[Followed, ...]:
        """All that is remembered, in the order of the feed."""
        return tuple(self._followed.values())

    @property
    def clearing(self) -> frozenset[RobotId]:
        """Robots whose reservation is about to be cleared: they must not begin to move."""
        return frozenset(
            robot
            for one in self._open()
            if one.intervention.kind is InterventionKind.CLEAR_RESERVATION
            and one.outcome is InterventionOutcome.UNDER_WAY
            for robot in one.intervention.robots
        )

    def hear(self, fed: Iterable[Fed]) -> bool:
        """Remember what is new in the feed; whether anything is."""
        new = False
        for item in fed:
            if isinstance(item.event, InterventionAsked):
                wanted = item.event.intervention
                if wanted.intervention not in self._followed:
                    self._followed[wanted.intervention] = Followed(wanted, item.number)
                    new = True
        return new

    def act(self, now_ms: int) -> None:
        """Do at once what needs no dispatcher: stops, and people on the floor."""
        for one in self._open():
            if one.outcome is None and self._handling.at_once(one.intervention.kind):
                self._take(one, self._attempt(one.intervention, now_ms), now_ms)

    def events(self, now_ms: int) -> tuple[Event, ...]:
        """What the dispatcher has to be told now; a robot's wish to come or go is noted."""
        told: list[Event] = []
        for one in self._open():
            said = self._handling.objection(one, now_ms)
            if said:
                self._take(one, refused(said), now_ms)
                continue
            try:
                told += self._handling.events(one, now_ms)
            except PodherdError as error:
                self._take(one, refused(str(error)), now_ms)
            else:
                self._overtake(one)
        return tuple(told)

    def look(self, now_ms: int) -> tuple[AnswerIntervention, ...]:
        """After a tick: how far each has come, where the bridge has not been told so."""
        for one in self._open():
            found = self._handling.look(one, now_ms)
            if found is not None:
                self._take(one, found, now_ms)
        said = [one for one in self._followed.values() if one.outcome is not None and not one.said]
        for one in said:
            self._followed[one.intervention.intervention] = replace(one, said=True)
        return tuple(one.answer() for one in said)

    def answers(self) -> tuple[AnswerIntervention, ...]:
        """All that was ever answered and is remembered, for a bridge that may have missed it."""
        return tuple(one.answer() for one in self._followed.values() if one.outcome is not None)

    def forget(self, feed: int) -> None:
        """Old ones that are over and that the event log, written up to ``feed``, has."""
        over = [one for one in self._followed.values() if one.final and one.number <= feed]
        for one in over[: max(0, len(over) - _FINAL_KEPT)]:
            del self._followed[one.intervention.intervention]

    def _open(self) -> Sequence[Followed]:
        return [one for one in self._followed.values() if not one.final]

    def _attempt(self, wanted: Intervention, now_ms: int) -> Progress:
        try:
            return self._handling.do(wanted, now_ms)
        except PodherdError as error:
            return refused(str(error))

    def _take(self, one: Followed, found: Progress, now_ms: int) -> None:
        since_ms = now_ms if one.outcome is None else one.since_ms
        if (one.outcome, one.text) != (found.outcome, found.text):
            self._followed[one.intervention.intervention] = replace(
                one, outcome=found.outcome, text=found.text, since_ms=since_ms, said=False
            )

    def _overtake(self, one: Followed) -> None:
        """Who is taken in is not taken out any more, and the other way round."""
        opposed = _OPPOSED.get(one.intervention.kind)
        for other in self._open():
            shared = set(other.intervention.robots) & set(one.intervention.robots)
            before = other.number < one.number and other.intervention.kind is opposed
            if before and shared and one.outcome is None:
                self._take(other, refused("Somebody has said otherwise since."), other.since_ms)
