"""A Gazebo of paper: bodies slide over a plane at the speed they were told, and nothing touches."""

import asyncio
from collections.abc import Mapping
from math import cos, sin

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from sim_worlds.gazebo.contacts import Contact
from sim_worlds.gazebo.scans import LidarScan
from sim_worlds.gazebo.sensors import wrapped

AWAY = Pose(500.0, 0.0, 0.0)


class PlanarGazebo:
    """What :class:`podherd_gazebo.lockstep.Lockstep` needs of a client."""

    def __init__(self, site: Site):
        roadmap = compile_roadmap(site)
        points = roadmap.xy_m.tolist()
        self.now_ms = 0
        self.poses: dict[str, Pose] = {
            str(pod): Pose(*points[roadmap.index[node]], 0.0) for pod, node in roadmap.pods.items()
        }
        self.poses.update({robot.id: Pose(*robot.start_m, 0.0) for robot in site.robots})
        self.shells: dict[str, bool] = {}
        self.speeds: dict[str, tuple[float, float]] = {}
        self.driven: list[tuple[int, dict[str, tuple[float, float]]]] = []
        """The speeds in force in every step, and when it began (ms)."""
        self.touching: list[Contact] = []

    def drive(self, model: str, forward_mps: float, turn_radps: float) -> None:
        self.speeds[model] = (forward_mps, turn_radps)

    async def step(self, ms: int) -> None:
        await asyncio.sleep(0)
        self.driven.append((self.now_ms, dict(self.speeds)))
        for name, (forward_mps, turn_radps) in self.speeds.items():
            self.poses[name] = _moved(self.poses[name], forward_mps, turn_radps, ms / 1000)
        self.now_ms += ms

    async def place(
        self, moves: Mapping[str, Pose | None], shells: Mapping[str, bool] | None = None
    ) -> None:
        self.poses.update({name: pose or AWAY for name, pose in moves.items()})
        self.shells.update(shells or {})

    def contacts(self) -> tuple[Contact, ...]:
        found, self.touching = tuple(self.touching), []
        return found

    def scan(self, model: str) -> LidarScan | None:
        return None


def _moved(pose: Pose, forward_mps: float, turn_radps: float, seconds: float) -> Pose:
    middle = pose.theta_rad + turn_radps * seconds / 2
    return Pose(
        pose.x_m + forward_mps * seconds * cos(middle),
        pose.y_m + forward_mps * seconds * sin(middle),
        wrapped(pose.theta_rad + turn_radps * seconds),
    )
