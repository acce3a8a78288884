"""A person walks into a part of the floor: robots leave it, it is frozen, handed over, given back.

``request`` closes the area: robots in there drive on to leave, nobody else comes in. When no
footprint and no released node is left in there, a stop freezes it, and the person may ``enter``.
Robots that cannot leave within a time are stopped where they are, and named. ``leave`` lifts the
stop and opens the area. This is traffic control, not protection of people: that is the job of the
robots' own safety functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planner.warehouse.ids import RobotId
from planner.warehouse.site import Point
from podherd_fleet.stops import RESERVED
from podherd_ros.presence import Stop, StopScope

PATIENCE_MS = 60_000
"""Robots have so long to leave (site time); then they are stopped where they are."""
SILENT_STANDS_MS = 30_000
"""A robot that has been silent for so long has driven its base to the end and stands: it stops by
itself when it hears nobody. It is named all the same."""


class EntryState(StrEnum):
    """How far a person is from walking in."""

    DRAINING = "draining"
    """Robots are still in there."""
    FROZEN = "frozen"
    """Nothing moves in there: the person may go in."""
    ENTERED = "entered"
    """The person is in there."""
    RELEASED = "released"
    """The area is given back."""


@dataclass(frozen=True, slots=True)
class Bystander:
    """A robot with its footprint, or a released node, inside the area. ``standing``: by its newest
    report, of ``at_ms``, it does not move; ``silent_ms`` is how long it has not been heard."""

    robot: RobotId
    standing: bool
    at_ms: int
    silent_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's way in and out. Times are site time; ``frozen_ms`` is since when the stop is
    engaged, if it is; ``inside`` are the robots seen in there last."""

    entry: str
    area_m: tuple[Point, ...]
    since_ms: int
    state: EntryState = EntryState.DRAINING
    frozen_ms: int | None = None
    inside: tuple[RobotId, ...] = ()
    asked_ms: int = 0
    """Wall time (ms since the epoch) of the request."""

    @property
    def closure(self) -> str:
        """Name of the closure that keeps others out."""
        return f"{RESERVED}{self.entry}"

    def stops(self) -> tuple[Stop, ...]:
        """What is stopped for it: the area, and by name those whose released way leads in."""
        if self.frozen_ms is None or self.state is EntryState.RELEASED:
            return ()
        zone = Stop(self.closure, StopScope.ZONE, (), self.area_m, self.asked_ms)
        if not self.inside:
            return (zone,)
        named = Stop(f"{self.closure}/robots", StopScope.ROBOT, self.inside, asked_ms=self.asked_ms)
        return zone, named


def watched(entry: Entry, inside: Sequence[Bystander], now_ms: int, *, closed: bool) -> Entry:
    """The entry after a look at the floor at ``now_ms``: who is ``inside``, and whether the
    dispatcher has ``closed`` the area."""
    entry = replace(entry, inside=tuple(sorted(bystander.robot for bystander in inside)))
    if entry.state is not EntryState.DRAINING or not closed:
        return entry
    if not inside:
        return replace(entry, state=EntryState.FROZEN, frozen_ms=entry.frozen_ms or now_ms)
    if entry.frozen_ms is None:
        late = now_ms - entry.since_ms >= PATIENCE_MS
        return replace(entry, frozen_ms=now_ms) if late else entry
    if all(_stands(bystander, entry.frozen_ms) for bystander in inside):
        return replace(entry, state=EntryState.FROZEN)
    return entry


def entered(entry: Entry) -> Entry:
    """The person goes in; only into a frozen area (else the entry is as it was)."""
    frozen = entry.state is EntryState.FROZEN
    return replace(entry, state=EntryState.ENTERED) if frozen else entry


def left(entry: Entry) -> Entry:
    """The person has come out, or does not want to go in any more."""
    return replace(entry, state=EntryState.RELEASED, frozen_ms=None, inside=())


def words(entry: Entry) -> str:
    """What operators should know."""
    named = ", ".join(entry.inside)
    match entry.state:
        case EntryState.DRAINING if entry.frozen_ms is not None:
            return f"Entry {entry.entry}: not yet. Being stopped, since stuck in there: {named}."
        case EntryState.DRAINING:
            rest = f" Still in there: {named}." if named else ""
            return f"Entry {entry.entry}: not yet. Robots are leaving.{rest}"
        case EntryState.FROZEN:
            rest = f" Still in there, make sure that it is off: {named}." if named else ""
            return f"Entry {entry.entry}: the area is frozen; you may go in.{rest}"
        case EntryState.ENTERED:
            rest = f" In there, too: {named}." if named else ""
            return f"Entry {entry.entry}: a person is on the floor.{rest}"
        case EntryState.RELEASED:
            return f"Entry {entry.entry}: given back."


def _stands(bystander: Bystander, frozen_ms: int) -> bool:
    told = bystander.standing and bystander.at_ms > frozen_ms
    return told or bystander.silent_ms >= SILENT_STANDS_MS
