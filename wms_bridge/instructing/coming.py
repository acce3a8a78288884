"""Pods on their way to a station, by a view of the floor."""

import math
from collections.abc import Iterator
from itertools import pairwise

from planner.warehouse.site import PickStation, Point
from planner.warehouse.view import FloorView, RobotActivity, RobotView
from wms_bridge.instructing.answers import NextPod

_BRINGS = (RobotActivity.DELIVER, RobotActivity.PICK)


def next_pods(view: FloorView, station: PickStation, pitch_m: float) -> tuple[NextPod, ...]:
    """The pods that robots bring to a station, and the one that is there, nearest first."""
    return tuple(sorted(_coming(view, station, pitch_m), key=lambda one: (one.distance_m, one.pod)))


def _coming(view: FloorView, station: PickStation, pitch_m: float) -> Iterator[NextPod]:
    there = next((one.pod for one in view.stations if one.station == station.id), None)
    node = _node_at(station.position_m, pitch_m)
    for robot in view.robots:
        if robot.load is None:
            continue
        here = robot.load == there
        if here or (robot.activity in _BRINGS and robot.goal == node):
            left_m = 0.0 if here else _left_m(robot, station.position_m)
            yield NextPod(robot.load, robot.robot, round(left_m, 1), here)


def _left_m(robot: RobotView, goal: Point) -> float:
    way = ((robot.x_m, robot.y_m), *robot.base, *robot.horizon, goal)
    return sum(math.dist(a, b) for a, b in pairwise(way))


def _node_at(point: Point, pitch_m: float) -> str:
    # As planner.roadmap names the cells of a site's lattice.
    return f"c{round(point[0] / pitch_m):03d}r{round(point[1] / pitch_m):03d}"
