"""Stops in force: which robots, which part of the floor, or the whole site is to stand still."""

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidMessage, NotFound
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from podherd_fleet.areas import checked_area
from podherd_ros.presence import Stop, StopScope

RESERVED = "entry/"
"""Stops that belong to a human entry begin so; only the entry lifts them."""
CLEARED = "reservation/"
"""Stops of robots whose reservation was cleared begin so: they end when it has its way back."""


class StopBoard:
    """What operators have stopped, in the order they did. ``stops`` were in force before."""

    def __init__(self, site: Site, stops: tuple[Stop, ...] = ()):
        self._site = site
        self._stops = {stop.stop: stop for stop in stops}

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Those in force."""
        return tuple(self._stops.values())

    def engage(self, stop: Stop, known: frozenset[RobotId]) -> None:
        """Stop whom ``stop`` names; a stop of the same name is replaced. ``known`` are all robots
        there are.

        Raises :class:`InvalidMessage` for a name that is reserved or empty, a scope without its
        robots or area, or an area that is none, and :class:`NotFound` for an unknown robot.
        """
        _check_name(stop.stop)
        if stop.scope is StopScope.ROBOT:
            _check_robots(stop, known)
        area = checked_area(stop.area_m, self._site) if stop.scope is StopScope.ZONE else ()
        robots = stop.robots if stop.scope is StopScope.ROBOT else ()
        self._stops[stop.stop] = Stop(stop.stop, stop.scope, robots, area, stop.asked_ms)

    def lift(self, stop: str) -> None:
        """Let go on whom it named; one that is not in force was lifted before.

        Raises :class:`InvalidMessage` for a name that is reserved or empty.
        """
        _check_name(stop)
        self._stops.pop(stop, None)

    def wrongs(self) -> dict[tuple[AlarmKind, str], str]:
        """What operators should know."""
        return {(AlarmKind.STOP_ENGAGED, stop.stop): _words(stop) for stop in self.stops}


def _words(stop: Stop) -> str:
    if stop.scope is StopScope.ROBOT:
        who = ", ".join(stop.robots)
    else:
        who = "Every robot" if stop.scope is StopScope.SITE else "Who is in the zone"
    return f"{who} stands still until stop {stop.stop} is lifted."


def _check_name(stop: str) -> None:
    if not stop or stop.startswith((RESERVED, CLEARED)):
        raise InvalidMessage(
            "a stop needs a name of its own",
            field="stop_id",
            value=stop,
            remedy=f"Give one that does not begin with {RESERVED} or {CLEARED}.",
        )


def _check_robots(stop: Stop, known: frozenset[RobotId]) -> None:
    if not stop.robots:
        raise InvalidMessage(
            "no robot is named", field="robot_ids", value=[], remedy="Name robots, or scope site."
        )
    for robot in stop.robots:
        if robot not in known:
            raise NotFound(
                "no such robot",
                field="robot_ids",
                value=robot,
                remedy="Known: " + ", ".join(sorted(known)) + ".",
            )
