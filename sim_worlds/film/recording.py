"""A run made ready to be drawn: what was planned, from the event log, and what was driven."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.codec.messages import decode
from planner.dispatch.step import TICK_MS
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.events import Event, RobotStateSeen
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Point, Site
from planner.warehouse.view import FloorView
from sim_worlds.eventlog import read_log

FloatArray = npt.NDArray[np.float64]

TRACKS = "tracks.jsonl"
EVENTS = "events.jsonl"
_RECENT_MS = 60_000
"""Ways released longer ago are not what a robot is driving now."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """``views`` are the dispatcher's pictures, one for every tick. ``driven`` are places over time
    for each robot, shape (k, 4): ms, x (m), y (m), heading (rad). ``released`` are the straight
    ways robots were given, shape (k, 5): ms when given, x and y of both ends (m).

    ``truth``: the places are those of the world; else they are what the robots took for true.
    """

    site: Site
    views: tuple[FloorView, ...]
    driven: Mapping[RobotId, FloatArray]
    released: Mapping[RobotId, FloatArray]
    truth: bool

    @property
    def robots(self) -> tuple[RobotId, ...]:
        """Every robot that was driven, by name."""
        return tuple(sorted(self.driven))

    def path_errors_m(self, robot: RobotId) -> FloatArray:
        """Distance of every driven place to the nearest way released shortly before, shape (k,);
        NaN where none was."""
        ways = self.released.get(robot, np.zeros((0, 5)))
        return np.array([_distance(place, ways) for place in self.driven[robot]])


def read_recording(
    path: Path, *, from_ms: int = 0, until_ms: int | None = None, tell: Callable[[int], None]
) -> Recording:
    """A run's folder, or its event log alone. The log is replayed, so that what was planned is
    known in every tick; ``tell`` is called with the site time now and then.

    Raises :class:`InvalidMessage` if there is no log, or nothing in it from ``from_ms`` on.
    """
    log = path / EVENTS if path.is_dir() else path
    if not log.exists():
        raise InvalidMessage(
            "there is no event log", field="run", value=str(log), remedy="Name a run's folder."
        )
    header, ticks = read_log(log)
    dispatcher = header.dispatcher()
    state = dispatcher.start()
    views: list[FloorView] = []
    places: dict[RobotId, list[tuple[float, ...]]] = {}
    ways: dict[RobotId, list[tuple[float, ...]]] = {}
    for tick in ticks:
        if until_ms is not None and tick.now_ms > until_ms:
            break
        state, commands = dispatcher.step(state, tick.events, tick.now_ms)
        _note_places(tick.events, places)
        _note_ways(tick.now_ms, commands, ways)
        if tick.now_ms >= from_ms:
            views.append(dispatcher.view(state))
        tell(tick.now_ms)
    if not views:
        raise InvalidMessage(
            "the run ends before", field="from", value=from_ms, remedy="Begin earlier."
        )
    tracks = log.with_name(TRACKS)
    truth = tracks.exists()
    driven = read_tracks(tracks) if truth else _arrays(places, 4)
    first_ms, last_ms = views[0].at_ms - TICK_MS, views[-1].at_ms
    return Recording(
        header.site,
        tuple(views),
        _between(driven, first_ms, last_ms),
        _between(_arrays(ways, 5), first_ms - _RECENT_MS, last_ms),
        truth,
    )


def _between(
    rows: Mapping[RobotId, FloatArray], first_ms: int, last_ms: int
) -> dict[RobotId, FloatArray]:
    """Rows whose first column lies between two times, and the last one before them: a robot that
    stands is not written down again."""
    kept: dict[RobotId, FloatArray] = {}
    for robot, found in rows.items():
        first, last = np.searchsorted(found[:, 0], (first_ms, last_ms + 1))
        kept[robot] = found[max(0, first - 1) : last]
    return kept


def read_tracks(path: Path) -> dict[RobotId, FloatArray]:
    """What a world wrote about its robots, lines of ``{"t": ms, "at": {robot: [x, y, theta]}}``;
    a line torn by a crash is left out."""
    places: dict[RobotId, list[tuple[float, ...]]] = {}
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            record = decode(line)
            for robot, pose in record["at"].items():
                places.setdefault(RobotId(robot), []).append((record["t"], *pose))
    return _arrays(places, 4)


def _note_places(events: Iterable[Event], places: dict[RobotId, list[tuple[float, ...]]]) -> None:
    for event in events:
        if isinstance(event, RobotStateSeen):
            state = event.state
            row = (state.at_ms, state.pose.x_m, state.pose.y_m, state.pose.theta_rad)
            places.setdefault(state.robot, []).append(row)


def _note_ways(
    now_ms: int, commands: Iterable[Command], ways: dict[RobotId, list[tuple[float, ...]]]
) -> None:
    for command in commands:
        if isinstance(command, SendTransportOrder):
            order = command.order
            rows = ways.setdefault(order.robot, [])
            stops: list[Point] = [(node.x_m, node.y_m) for node in order.base]
            for start, end in pairwise([stops[0], *stops]):
                rows.append((now_ms, *start, *end))


def _arrays(
    rows: Mapping[RobotId, list[tuple[float, ...]]], columns: int
) -> dict[RobotId, FloatArray]:
    return {
        robot: np.array(found, dtype=np.float64).reshape(-1, columns)
        for robot, found in rows.items()
    }


def _distance(place: FloatArray, ways: FloatArray) -> float:
    """Metres to the nearest of the ways given within the last minute."""
    at_ms, x, y, _ = place
    recent = ways[(ways[:, 0] <= at_ms) & (ways[:, 0] > at_ms - _RECENT_MS)]
    if not len(recent):
        return float("nan")
    start, along = recent[:, 1:3], recent[:, 3:5] - recent[:, 1:3]
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip((((x, y) - start) * along).sum(axis=1) / length, 0.0, 1.0)
    nearest = start + share[:, None] * along
    return float(np.hypot(*(nearest - (x, y)).T).min())
