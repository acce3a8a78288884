"""What recording the floor costs: 1,000 robots, each changing its reserved way once a second.

    python -m benchmarks.micro.recording        # QUICK=1 for a short run

Ten views a second of robots that drive; poses are recorded once a second, changes all. CPU is that
of this process in what recording adds: in the event loop (working out the changes, which are worked
out anyway as long as anybody watches, and handing them over) and in the thread that writes.
"""

import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.report import Row, publish, quick
from planner.warehouse.ids import NodeId, PodId, RobotId, StationId
from planner.warehouse.site import Site
from planner.warehouse.view import (
    FloorView,
    Kpis,
    PodView,
    RobotActivity,
    RobotView,
    StationView,
)
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.floor.news import FloorNews
from wms_bridge.recording.archive import Archive
from wms_bridge.recording.desk import ReplayDesk
from wms_bridge.recording.recorder import Recorder, RecordingParams

SEED = 1
ROBOTS = (1_000,) if quick() else (100, 1_000)
SECONDS = 20 if quick() else 120
VIEWS_PER_S = 10
PODS_PER_ROBOT = 8
STEP_M = 0.12
KPIS = Kpis(0, 0, 0, 0, 0, 0, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, 0)
BEGUN_MS = 1_750_000_000_000


class Fleet:
    """Robots that drive along x; each gets a new node of its way once a second, and another task
    about twice a minute."""

    def __init__(self, count: int):
        self.dice = random.Random(SEED)
        side = int(count**0.5) + 1
        self.robots = [self._robot(i, side) for i in range(count)]
        self.pods = tuple(
            PodView(PodId(f"P{i:05d}"), float(i % 200), float(i // 200))
            for i in range(count * PODS_PER_ROBOT)
        )
        self.tick = 0

    def view(self) -> FloorView:
        """The next view, a tenth of a second later."""
        self.tick += 1
        self.robots = [self._move(i, robot) for i, robot in enumerate(self.robots)]
        stations = (StationView(StationId("S1"), 9, 20 + self.tick // 50, None, 3),)
        at_ms = self.tick * 1000 // VIEWS_PER_S
        return FloorView(at_ms, tuple(self.robots), self.pods, stations, KPIS, ())

    def _robot(self, i: int, side: int) -> RobotView:
        x_m, y_m = 1.2 * (i % side), 1.2 * (i // side)
        points = tuple((x_m + 1.2 * k, y_m) for k in range(1, 15))
        activity = RobotActivity.FETCH
        return RobotView(
            RobotId(f"R{i:04d}"), x_m, y_m, 0, None, 0.8, activity, NodeId("c1r1"),
            points[:4], points[4:],
        )  # fmt: skip

    def _move(self, i: int, robot: RobotView) -> RobotView:
        moved = replace(robot, x_m=robot.x_m + STEP_M, battery=robot.battery - 1e-5)
        if (self.tick + i) % VIEWS_PER_S:
            return moved
        way = (*robot.base, *robot.horizon)
        way = (*way[1:], (way[-1][0] + 1.2, way[-1][1]))
        moved = replace(moved, base=way[:4], horizon=way[4:])
        if self.dice.random() > 1 / 30:
            return moved
        activity = self.dice.choice(list(RobotActivity)[:6])
        return replace(moved, activity=activity, goal=NodeId(f"c{self.dice.randrange(200)}r7"))


def row_of(count: int, site: Site, folder: Path) -> Row:
    """The figures of one size of fleet."""
    now = [BEGUN_MS]
    store = MemoryStore()
    recorder = Recorder(RecordingParams(folder), site, store, lambda: now[0])
    news, fleet = FloorNews("live"), Fleet(count)
    loop_s = flush_s = 0.0
    for i in range(SECONDS * VIEWS_PER_S):
        view = fleet.view()
        now[0] = BEGUN_MS + view.at_ms
        news.take(view, now[0])
        began = time.process_time()
        recorder.shown(news, view.at_ms, now[0])
        loop_s += time.process_time() - began
        if i % VIEWS_PER_S == 0:
            began = time.process_time()
            recorder.flush()
            flush_s += time.process_time() - began
    recorder.close()
    desk = ReplayDesk(recorder, store)
    size = Archive(folder).size_bytes()
    dice, looks = random.Random(SEED), []
    for _ in range(10):
        at_ms = BEGUN_MS + dice.randrange(1000, SECONDS * 1000)
        began = time.process_time()
        desk.stream(at_ms, at_ms, whole=True)
        looks.append((time.process_time() - began) * 1e3)
    return {
        "robots": count,
        "MB/h": round(size / SECONDS * 3600 / 1e6, 1),
        "hours in 2 GB": round(2e9 / (size / SECONDS * 3600), 1),
        "loop, % of a core": round(loop_s / SECONDS * 100, 2),
        "writer, % of a core": round(flush_s / SECONDS * 100, 2),
        "a moment, median CPU ms": round(sorted(looks)[5], 1),
        "a moment, worst CPU ms": round(max(looks), 1),
    }


def main() -> None:
    """Print the table and keep the figures."""
    site = load_site("small")
    rows = []
    for count in ROBOTS:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(row_of(count, site, Path(folder)))
    publish(
        "recording",
        rows,
        seed=SEED,
        parameters={"seconds": SECONDS, "views_per_s": VIEWS_PER_S},
        notes=["every robot drives; poses once a second, all changes; moments at random"],
    )


if __name__ == "__main__":
    main()
