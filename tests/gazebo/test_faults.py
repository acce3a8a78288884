"""Scenario c: what goes wrong on a floor, in real Gazebo. Whatever happens, nothing touches."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from math import hypot
from pathlib import Path
from typing import Any

import pytest
from fakes.gazebo_shift import GazeboShift, figures, gazebo_shift

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import ErrorKind, Pose
from podherd_bringup.shift import Progress
from podherd_bringup.verdict import Verdict
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.sdf.options import PHYSICS_ONLY
from sim_worlds.sdf.people import box_sdf
from sim_worlds.shift import Shift, generated_shift, receiving
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import Tally

pytestmark = [pytest.mark.ros, pytest.mark.timeout(900)]

SITE = load_site("picking-cell")
ROBOTS = tuple(robot.id for robot in SITE.robots)
LANE_X_M = 9.6
"""The aisle to the north, one way: every pod comes back through its first metres."""
BLOCKED_M = (LANE_X_M, 4.2)
ASIDE = Pose(11.4, 4.2, 3.14159)
"""Where the person waits, beside the aisle."""
CLEAR_M = 2.5
WAIT_S = 60.0


def plan(orders: int) -> Shift:
    """Generated orders that are all there when the floor opens."""
    made = generated_shift(SITE, orders, 5)
    return replace(made, orders=tuple(replace(timed, at_ms=0) for timed in made.orders))


class Bystander:
    """A second client of the same Gazebo, which never steps: it looks and puts things there. It
    listens all the time, in a thread of its own: Gazebo waits for its slowest listener."""

    def __init__(self, port: int):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client: GazeboClient = self.do(GazeboClient.connect(port))

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do this now."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def look(self) -> dict[str, Pose]:
        """Where everything is now."""

        async def poses() -> dict[str, Pose]:
            return dict(self.client.poses)

        found: dict[str, Pose] = self.do(poses())
        return found

    def close(self) -> None:
        """Leave."""
        self.do(self.client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)


class Story:
    """Scenes that wait for their moment one after the other, told from the watch of a shift."""

    def __init__(self, shift: GazeboShift, scenes: list[Callable[["Story"], bool]]):
        self.shift = shift
        self.progress: Progress | None = None
        self._scenes = scenes
        self._eye: Bystander | None = None

    @property
    def over(self) -> bool:
        """Every scene has been played."""
        return not self._scenes

    @property
    def eye(self) -> Bystander:
        """Connected when first needed."""
        if self._eye is None:
            self._eye = Bystander(self.shift.port)
        return self._eye

    @property
    def lines(self) -> int:
        """Order lines closed so far."""
        return self.progress.counts.get(Tally.LINES_CLOSED, 0) if self.progress else 0

    def watch(self, progress: Progress) -> None:
        """Play the next scene, if it is its time."""
        self.progress = progress
        if self._scenes and progress.site_ms > 0 and self._scenes[0](self):
            self._scenes.pop(0)

    def tell(self) -> Verdict:
        """The whole shift."""
        try:
            return self.shift.run(self.watch)
        finally:
            if self._eye is not None:
                self._eye.close()

    def has_said(self, robot_error: ErrorKind) -> bool:
        """A robot has reported this error, by the event log."""
        return f'"{robot_error.value}"' in self.shift.wiring.folder.events.read_text()

    def is_clear(self, point: tuple[float, float]) -> bool:
        """No robot is near."""
        poses = self.eye.look()
        near = (hypot(poses[r].x_m - point[0], poses[r].y_m - point[1]) for r in ROBOTS)
        return min(near) > CLEAR_M


def check_good(story: Story, verdict: Verdict) -> None:
    assert story.over, "the shift was over before everything had happened"
    assert verdict.complaints == (), figures(verdict)
    assert verdict.world is not None
    assert verdict.world.violations == ()


def block(story: Story) -> bool:
    """A box falls off somewhere and lies in the aisle."""
    if not story.is_clear(BLOCKED_M):
        return False
    story.eye.do(story.eye.client.spawn(box_sdf("box_1", Pose(*BLOCKED_M, 0.3), (0.4, 0.4, 0.4))))
    return True


def clear(story: Story) -> bool:
    """When a robot has stopped before it, somebody takes it away."""
    if not story.has_said(ErrorKind.OBSTACLE):
        return False
    story.eye.do(story.eye.client.remove("box_1"))
    return True


def test_a_robot_stops_before_a_box_in_the_aisle_and_goes_on_when_it_is_gone(
    gazebo: Gazebo, tmp_path: Path
) -> None:
    options = replace(PHYSICS_ONLY, lidars=ROBOTS)
    shift = gazebo_shift(gazebo, plan(2), tmp_path / "run", options)
    story = Story(shift, [block, clear])
    check_good(story, story.tell())


def test_a_person_steps_into_the_aisle_and_out_again(gazebo: Gazebo, tmp_path: Path) -> None:
    options = replace(PHYSICS_ONLY, lidars=ROBOTS, people=(ASIDE,))
    shift = gazebo_shift(gazebo, plan(2), tmp_path / "run", options)

    def walk(story: Story, to_x_m: float, speed_mps: float) -> bool:
        client = story.eye.client
        client.drive("person_1", speed_mps, 0.0)
        story.eye.do(client.tell_speeds())
        before = story.eye.look()["person_1"].x_m
        while (story.eye.look()["person_1"].x_m - to_x_m) * (before - to_x_m) > 0:
            shift.supervisor.poll()
        client.drive("person_1", 0.0, 0.0)
        story.eye.do(client.tell_speeds())
        return True

    def step_in(story: Story) -> bool:
        return story.is_clear(BLOCKED_M) and walk(story, LANE_X_M, 0.5)

    def step_out(story: Story) -> bool:
        return story.has_said(ErrorKind.OBSTACLE) and walk(story, ASIDE.x_m - 0.2, -0.5)

    story = Story(shift, [step_in, step_out])
    check_good(story, story.tell())


def test_robots_world_and_fleet_are_killed_and_the_work_is_done_all_the_same(
    gazebo: Gazebo, tmp_path: Path
) -> None:
    """Goods are put away while orders are picked: nothing is lost and nothing done twice."""
    shift = gazebo_shift(gazebo, receiving(plan(2), 0.1), tmp_path / "run")
    lines = sum(len(timed.order.lines) for timed in shift.plan.orders)

    def kill(victim: str, share: float) -> Callable[[Story], bool]:
        def scene(story: Story) -> bool:
            if story.lines < share * lines:
                return False
            os.kill(shift.supervisor.pid(victim), signal.SIGKILL)
            return True

        return scene

    victims = [kill("robot-R01", 0.1), kill("world", 0.3), kill("fleet", 0.5), kill("world", 0.7)]
    story = Story(shift, victims)
    verdict = story.tell()
    check_good(story, verdict)
    assert verdict.end.progress.restarts == 4
    assert verdict.world is not None
    ledger = verdict.end.ledger
    assert verdict.world.pieces_taken == ledger.pieces_picked
    assert verdict.world.pieces_put == ledger.pieces_put_away == ledger.pieces_received > 0


def test_a_robot_dies_on_a_crossing_and_the_others_keep_clear_of_it(
    gazebo: Gazebo, tmp_path: Path
) -> None:
    """Its process stands still, as if the computer hung; a minute later it is started anew."""
    shift = gazebo_shift(gazebo, plan(1), tmp_path / "run")
    assert shift.wiring.gazebo is not None
    each = replace(shift.wiring.gazebo, robot_processes=len(ROBOTS), patience_s=1.0)
    shift.wiring = replace(shift.wiring, gazebo=each)
    dead: list[tuple[RobotId, int, Pose]] = []

    def freeze(story: Story) -> bool:
        poses = story.eye.look()
        for robot in ROBOTS:
            pose = poses[robot]
            if is_on_a_crossing(pose):
                os.kill(shift.supervisor.pid(f"robot-{robot}"), signal.SIGSTOP)
                assert story.progress is not None
                dead.append((robot, story.progress.site_ms, pose))
                return True
        return False

    def replace_computer(story: Story) -> bool:
        robot, since_ms, pose = dead[0]
        assert story.progress is not None
        if story.progress.site_ms < since_ms + 60_000:
            return False
        now = story.eye.look()[robot]
        assert hypot(now.x_m - pose.x_m, now.y_m - pose.y_m) < 1.0, "it drove on without orders"
        os.kill(shift.supervisor.pid(f"robot-{robot}"), signal.SIGKILL)
        return True

    story = Story(shift, [freeze, replace_computer])
    check_good(story, story.tell())


def is_on_a_crossing(pose: Pose) -> bool:
    """In the middle of a node where the lanes of this site meet."""
    crossings = [(x_m, y_m) for x_m in (2.4, 9.6) for y_m in (3.6, 4.8, 8.4, 12.0)]
    return any(hypot(pose.x_m - x_m, pose.y_m - y_m) < 0.1 for x_m, y_m in crossings)
