"""Frames for the page without a dispatcher: robots that fetch, deliver and return pods on the
lanes of a real site, each for itself (they pass through one another), quick and seeded."""

import math
import random
from collections import deque
from dataclasses import dataclass, field

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.ids import PodId, RobotId, StationId
from planner.warehouse.site import Point, Site
from planner.warehouse.view import (
    FloorView,
    Kpis,
    PodView,
    RobotActivity,
    RobotView,
    StationView,
)

SPEED_MPS = 1.2
BASE_NODES = 4
SHOWN_NODES = 14
PICK_MS = 9000


@dataclass
class Walker:
    """One robot: where it is, the nodes still to drive and what it does at the end of them."""

    robot: RobotId
    node: int
    home: int
    pod: PodId | None
    battery: float
    activity: RobotActivity = RobotActivity.IDLE
    path: deque[int] = field(default_factory=deque)
    along_m: float = 0.0
    wait_ms: int = 0
    theta_rad: float = 0.0


class PlayedShift:
    """Advances on demand; equal seeds give equal frames."""

    def __init__(self, site: Site, seed: int = 0):
        self.site = site
        self.roadmap = compile_roadmap(site)
        self.random = random.Random(seed)
        self.at_ms = 0
        self.lines = 0
        self.driven_m = 0.0
        self.alarms: tuple[RaiseAlarm, ...] = ()
        self.renamed: dict[RobotId, RobotId] = {}
        self.pods = {pod: self.roadmap.index[node] for pod, node in self.roadmap.pods.items()}
        self.walkers = [self._walker(robot.id, robot.battery) for robot in site.robots]

    def advance(self, step_ms: int) -> FloorView:
        """Lets ``step_ms`` of site time pass and shows the floor."""
        self.at_ms += step_ms
        for walker in self.walkers:
            self._move(walker, step_ms)
        return self.frame()

    def frame(self) -> FloorView:
        """The floor as it is now."""
        carried = {walker.pod for walker in self.walkers if self._loaded(walker)}
        stored = (
            PodView(pod, *self._point(node))
            for pod, node in self.pods.items()
            if pod not in carried
        )
        return FloorView(
            self.at_ms,
            tuple(self._seen(walker) for walker in self.walkers),
            tuple(stored),
            tuple(self._station(station.id) for station in self.site.stations),
            self._kpis(),
            self.alarms,
        )

    def _walker(self, robot: RobotId, battery: float) -> Walker:
        node = self.roadmap.index[self.roadmap.robots[robot]]
        return Walker(robot, node, node, None, battery, wait_ms=self.random.randrange(20_000))

    def _move(self, walker: Walker, step_ms: int) -> None:
        waited = min(walker.wait_ms, step_ms)
        walker.wait_ms -= waited
        walker.along_m += SPEED_MPS * (step_ms - waited) / 1000
        while walker.path and walker.along_m >= self.site.pitch_m:
            self._hop(walker)
        if not walker.path and walker.wait_ms == 0:
            walker.along_m = 0.0
            self._next_task(walker)

    def _hop(self, walker: Walker) -> None:
        walker.along_m -= self.site.pitch_m
        self.driven_m += self.site.pitch_m
        walker.battery = max(0.12, walker.battery - 0.0001)
        walker.node = walker.path.popleft()

    def _next_task(self, walker: Walker) -> None:
        after = {
            RobotActivity.FETCH: RobotActivity.DELIVER,
            RobotActivity.DELIVER: RobotActivity.PICK,
            RobotActivity.PICK: RobotActivity.RETURN,
        }
        walker.activity = after.get(walker.activity, RobotActivity.FETCH)
        if walker.activity is RobotActivity.FETCH:
            walker.pod = self.random.choice(sorted(self._free_pods()))
            walker.home = self.pods[walker.pod]
            walker.path = self._way(walker.node, walker.home)
        elif walker.activity is RobotActivity.DELIVER:
            station = self.random.choice(sorted(self.roadmap.station_nodes.values()))
            walker.path = self._way(walker.node, self.roadmap.index[station])
        elif walker.activity is RobotActivity.RETURN:
            self.lines += self.random.randint(1, 4)
            walker.path = self._way(walker.node, walker.home)
        else:
            walker.wait_ms = PICK_MS

    def _free_pods(self) -> set[PodId]:
        return set(self.pods) - {walker.pod for walker in self.walkers if walker.pod}

    def _way(self, start: int, goal: int) -> deque[int]:
        """A shortest way that crosses no spot in between."""
        before: dict[int, int] = {start: start}
        queue = deque([start])
        while queue and goal not in before:
            node = queue.popleft()
            if node != start and self.roadmap.kind[node] == NodeKind.SPOT:
                continue
            for near in self.roadmap.neighbours[node].tolist():
                if near >= 0 and near not in before:
                    before[near] = node
                    queue.append(near)
        way: deque[int] = deque()
        while goal != start and goal in before:
            way.appendleft(goal)
            goal = before[goal]
        return way

    def _point(self, node: int) -> Point:
        x_m, y_m = self.roadmap.xy_m[node]
        return float(x_m), float(y_m)

    def _loaded(self, walker: Walker) -> bool:
        return walker.activity in (
            RobotActivity.DELIVER,
            RobotActivity.PICK,
            RobotActivity.RETURN,
        )

    def _seen(self, walker: Walker) -> RobotView:
        here = self._point(walker.node)
        points = [self._point(node) for node in walker.path]
        if points and walker.along_m > 0:
            (x, y), (to_x, to_y) = here, points[0]
            walker.theta_rad = math.atan2(to_y - y, to_x - x)
            share = walker.along_m / self.site.pitch_m
            here = (x + share * (to_x - x), y + share * (to_y - y))
        return RobotView(
            self.renamed.get(walker.robot, walker.robot),
            *here,
            walker.theta_rad,
            walker.pod if self._loaded(walker) else None,
            walker.battery,
            walker.activity,
            self.roadmap.nodes[walker.path[-1]] if walker.path else None,
            tuple(points[:BASE_NODES]),
            tuple(points[BASE_NODES:SHOWN_NODES]),
        )

    def _station(self, station: StationId) -> StationView:
        node = self.roadmap.index[self.roadmap.station_nodes[station]]
        here = [walker for walker in self.walkers if walker.node == node and walker.pod]
        coming = [walker for walker in self.walkers if walker.path and walker.path[-1] == node]
        return StationView(station, 9, 23, here[0].pod if here else None, len(coming))

    def _kpis(self) -> Kpis:
        hours = max(self.at_ms, 1) / 3_600_000
        rate = self.lines / hours
        share = rate / max(1, len(self.site.stations))
        return Kpis(
            elapsed_s=self.at_ms / 1000,
            orders_received=400,
            orders_completed=self.lines // 3,
            orders_completed_short=1,
            lines_received=1200,
            lines_picked=self.lines,
            lines_shortened=2,
            picks_confirmed=self.lines,
            lines_per_h=rate,
            station_lines_per_h=tuple((station.id, share) for station in self.site.stations),
            pod_visits=max(1, self.lines // 2),
            pile_on=2.31,
            metres_per_line=self.driven_m / max(1, self.lines),
            robot_utilisation=0.83,
            station_idle=0.07,
            order_age_p50_s=312.0,
            order_age_p95_s=944.0,
        )
