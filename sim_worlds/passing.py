"""Which pods robots that count drive past."""

from dataclasses import dataclass, field
from math import hypot

import numpy as np

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from sim_worlds.floor import Floor
from sim_worlds.looks import Pass

TRACK_M = 0.05
"""A pose is kept for every so many metres, so that who stands leaves no trace."""

_Cell = tuple[int, int]


@dataclass(slots=True)
class _Crossing:
    """The cell a robot is in, the pods beside it, and its way through so far."""

    cell: _Cell
    pods: tuple[PodId, ...]
    track: list[tuple[int, Pose]] = field(default_factory=list)


class Passing:
    """Watches the robots of a floor that have a scanner; without such it does nothing. Only aisle
    cells count: who drives beneath pods sees none."""

    def __init__(self, floor: Floor):
        site = floor.site
        self._floor = floor
        self._pitch_m = site.pitch_m
        self._robots = tuple(r.id for r in site.robots if site.type_of(r).scanner is not None)
        self._aisle = _aisle_cells(site) if self._robots else frozenset()
        self._crossings: dict[RobotId, _Crossing] = {}
        self._pods: dict[_Cell, PodId] = {}
        self._version = -1

    def step(self) -> list[Pass]:
        """Look where the robots are now; the passes that have ended."""
        floor, ended = self._floor, []
        for robot in self._robots:
            pose = floor.pose(robot)
            cell = self._cell(pose)
            crossing = self._crossings.get(robot)
            if crossing is None or crossing.cell != cell:
                ended += self._passes(robot, crossing)
                pods = self._beside(cell) if cell in self._aisle else ()
                crossing = self._crossings[robot] = _Crossing(cell, pods)
            if crossing.pods and _has_moved(crossing.track, pose):
                crossing.track.append((floor.now_ms, pose))
        return ended

    def _passes(self, robot: RobotId, crossing: _Crossing | None) -> list[Pass]:
        if crossing is None or len(crossing.track) < 2:
            return []
        left = self._beside(crossing.cell)
        track = tuple(crossing.track)
        return [Pass(robot, pod, track) for pod in crossing.pods if pod in left]

    def _beside(self, cell: _Cell) -> tuple[PodId, ...]:
        floor = self._floor
        if self._version != floor.stored_version:
            self._version = floor.stored_version
            self._pods = {self._cell(pose): pod for pod, pose in floor.stored.items()}
        x, y = cell
        around = ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1))
        return tuple(self._pods[beside] for beside in around if beside in self._pods)

    def _cell(self, pose: Pose) -> _Cell:
        return round(pose.x_m / self._pitch_m), round(pose.y_m / self._pitch_m)


def _has_moved(track: list[tuple[int, Pose]], pose: Pose) -> bool:
    if not track:
        return True
    last = track[-1][1]
    return hypot(pose.x_m - last.x_m, pose.y_m - last.y_m) >= TRACK_M


def _aisle_cells(site: Site) -> frozenset[_Cell]:
    roadmap = compile_roadmap(site)
    cells = np.round(roadmap.xy_m[roadmap.kind == NodeKind.AISLE] / site.pitch_m).astype(int)
    return frozenset((x, y) for x, y in cells.tolist())
