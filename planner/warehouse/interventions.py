"""What operators do to a running fleet: stop and let go on, send, reroute, take out of service,
clear reservations, walk onto the floor.

None of it is a safety function. What is wrong with an intervention by itself is told here; whether
a floor can follow it, by the fleet (:class:`~planner.warehouse.commands.AnswerIntervention`).
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.areas import check_area
from planner.warehouse.errors import InvalidIntervention
from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.site import Point

RESERVED = "entry/"
"""Stops that belong to a human entry begin so; only the entry lifts them."""
_NAME_MAX = 100
_ROBOTS_MAX = 1000


class InterventionKind(StrEnum):
    """What an operator wants."""

    STOP = "stop"
    """``robots``, who is in ``area_m``, or with neither the whole site stands still until the stop
    ``name`` is lifted. One of this name that is in force is replaced."""
    LIFT_STOP = "lift_stop"
    """Lifts the stop ``name``; one that is not in force was lifted before."""
    REQUEST_ENTRY = "request_entry"
    """A person wants to walk into ``area_m``; the entry is called ``name``. Robots leave it, then
    it is frozen."""
    ENTER = "enter"
    """The person of the entry ``name`` goes in; refused unless it is frozen."""
    LEAVE = "leave"
    """The person has come out, or does not want in any more: the area is given back."""
    SEND = "send"
    """The one robot of ``robots``, which carries nothing, drives to ``node`` and stays there, with
    no other work, until it is freed."""
    FREE = "free"
    """``robots`` that were sent somewhere take work again."""
    REROUTE = "reroute"
    """The one robot of ``robots`` looks for another way to where it goes, which for a time does not
    lead through what it waits for."""
    TAKE_OUT = "take_out"
    """``robots`` bring back what they carry, park, and get no more work; a silent one is struck
    off."""
    TAKE_IN = "take_in"
    """``robots`` are of the fleet (again)."""
    CLEAR_RESERVATION = "clear_reservation"
    """Nodes that the one robot of ``robots`` has in its base beyond where it stands are free for
    others. Refused while the robot is heard of: it would drive there all the same."""


@dataclass(frozen=True, slots=True)
class Intervention:
    """One wish of an operator, told once under its id. Fields that do not belong to its kind are
    empty. ``area_m`` are the corners of a polygon in the site's frame."""

    intervention: InterventionId
    kind: InterventionKind
    name: str = ""
    robots: tuple[RobotId, ...] = ()
    area_m: tuple[Point, ...] = ()
    node: NodeId | None = None


class InterventionOutcome(StrEnum):
    """How far the fleet is with an intervention."""

    UNDER_WAY = "under_way"
    """Begun; robots still drive or an area is still left."""
    DONE = "done"
    REFUSED = "refused"
    """Nothing was done, and why."""

    @property
    def final(self) -> bool:
        """Whether nothing more will come."""
        return self is not InterventionOutcome.UNDER_WAY


_NAMED = frozenset(
    {
        InterventionKind.STOP,
        InterventionKind.LIFT_STOP,
        InterventionKind.REQUEST_ENTRY,
        InterventionKind.ENTER,
        InterventionKind.LEAVE,
    }
)
_WITH_AREA = frozenset({InterventionKind.STOP, InterventionKind.REQUEST_ENTRY})
_OF_ONE = frozenset(
    {InterventionKind.SEND, InterventionKind.REROUTE, InterventionKind.CLEAR_RESERVATION}
)
_OF_ROBOTS = _OF_ONE | {
    InterventionKind.FREE,
    InterventionKind.TAKE_OUT,
    InterventionKind.TAKE_IN,
}


def check_intervention(wanted: Intervention) -> None:
    """Whether it makes sense on any floor. :class:`InvalidIntervention` names the wrong field: a
    name that is none or missing, robots, an area or a node that are missing or do not belong."""
    kind = wanted.kind
    _check_name(wanted)
    if kind in _OF_ROBOTS:
        _check_robots(wanted)
    elif wanted.robots and kind is not InterventionKind.STOP:
        raise _alien(wanted, "robots", list(wanted.robots))
    if wanted.area_m and kind not in _WITH_AREA:
        raise _alien(wanted, "area_m", list(wanted.area_m))
    if wanted.area_m and wanted.robots:
        raise InvalidIntervention(
            "a stop is of robots or of an area", field="area_m", remedy="Leave one of them out."
        )
    if wanted.area_m:
        check_area(wanted.area_m, InvalidIntervention)
    elif kind is InterventionKind.REQUEST_ENTRY:
        raise InvalidIntervention(
            "an entry needs an area", field="area_m", value=[], remedy="Draw where the person goes."
        )
    if (wanted.node is None) is (kind is InterventionKind.SEND):
        raise InvalidIntervention(
            "missing, or does not go with this kind",
            field="node",
            value=wanted.node,
            remedy="Name a node of the site if a robot is to be sent, and only then.",
        )


def _check_name(wanted: Intervention) -> None:
    name = wanted.name
    if wanted.kind not in _NAMED:
        if name:
            raise _alien(wanted, "name", name)
        return
    plain = 0 < len(name) <= _NAME_MAX and name.isprintable() and name == name.strip()
    if not plain or name.startswith(RESERVED) or "/" in name:
        raise InvalidIntervention(
            "not a usable name",
            field="name",
            value=name[:_NAME_MAX],
            remedy=f"Send 1 to {_NAME_MAX} printable characters, no slash, no spaces at the ends.",
        )


def _check_robots(wanted: Intervention) -> None:
    most = 1 if wanted.kind in _OF_ONE else _ROBOTS_MAX
    if not 1 <= len(wanted.robots) <= most or not all(wanted.robots):
        raise InvalidIntervention(
            "so many robots cannot be meant",
            field="robots",
            value=list(wanted.robots[:10]),
            remedy=f"Name 1 to {most}." if most > 1 else "Name one.",
        )


def _alien(wanted: Intervention, field: str, value: object) -> InvalidIntervention:
    return InvalidIntervention(
        f"does not go with kind {wanted.kind}", field=field, value=value, remedy="Leave it out."
    )
