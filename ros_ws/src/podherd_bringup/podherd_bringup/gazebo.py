"""What a shift in Gazebo needs beside the rest: a world from the site file, a server, and robots
that take speeds. No ROS in here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from podherd_bringup.supervisor import Program
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.gazebo.server import server_command
from sim_worlds.sdf.options import PHYSICS_ONLY, WorldOptions, lidar_x_m
from sim_worlds.sdf.world import classic_world

SettingsOf = Mapping[str, object]
_PICTURES_HZ = 1.0
"""Poses and transforms for people to look at, site time: at many times real time each costs."""


@dataclass(frozen=True, slots=True)
class GazeboPlan:
    """How to run a site in Gazebo. ``port`` is that of its master; ``options`` say what the world
    holds beside the site; ``robot_processes`` are shared by all robots; an answer of a robot is
    waited for ``patience_s`` of wall time."""

    gazebo: Gazebo
    port: int
    options: WorldOptions = PHYSICS_ONLY
    robot_processes: int = 2
    patience_s: float = 1.0

    def server(self, folder: Path, site: Site, seed: int) -> Program:
        """Writes the world into ``folder``; the server that runs it."""
        world = classic_world(site, self.options, folder)
        command, environment = server_command(self.gazebo, world, port=self.port, seed=seed)
        return Program("gazebo", command, environment, vital=True)

    def world_settings(self, site: Site) -> SettingsOf:
        """Parameters of the world's node beside those of every world."""
        return {
            "gazebo_port": self.port,
            "lidars": f"'{','.join(self.options.lidars) or '-'}'",
            "lidar_x_m": lidar_x_m(site.type_of(site.robots[0])),
            "lidar_m": self.options.lidar.farthest_m,
            "patience_s": self.patience_s,
        }

    def robot_settings(self, site: Site, file: Path) -> Iterator[tuple[list[RobotId], SettingsOf]]:
        """The robots of each process and its parameters; those with a lidar are by themselves."""
        lidars = list(self.options.lidars)
        blind = [robot.id for robot in site.robots if robot.id not in lidars]
        for sees, robots in ((True, lidars), (False, blind)):
            for group in groups(robots, self.robot_processes):
                names = ",".join(f"'{robot}'" for robot in group)
                yield (
                    group,
                    {
                        "robots": f"[{names}]",
                        "site": file,
                        "drive": "velocity",
                        "odometry_hz": _PICTURES_HZ,
                        "memory": file.parent / "robots",
                        "lidar": sees,
                        "at_once": False,
                    },
                )


def groups(robots: Sequence[RobotId], most: int) -> list[list[RobotId]]:
    """Robots in at most ``most`` groups of about the same size, one each if that is enough."""
    count = min(len(robots), most)
    return [list(robots[index::count]) for index in range(count)]
