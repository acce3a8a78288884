"""The processes of a shift and how each is started."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from podherd_bringup.gazebo import GazeboPlan, groups
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.supervisor import Program
from sim_worlds.picker import ArmParams
from wms_bridge.links.connect import PASSWORD_VARIABLE

_ROBOT_PROCESSES_MAX = 12
"""Discovery on one host ends at 32 ROS 2 processes; more robots share one."""
_PORTS_TRIED = 50
ROBOT_PREFIX = "robot-"
"""Processes of robots are called so, and after the first of their robots."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the processes need to find each other; ``speed`` and ``seed`` are for the world."""

    folder: RunFolder
    bridge_port: int
    wms_port: int
    speed: str
    seed: int
    short_slot_share: float
    ros: Mapping[str, str]
    """The environment of ROS 2 processes."""
    gazebo: GazeboPlan | None = None
    """``None``: the fast world."""
    arm_failure_rate: float = ArmParams().failure_rate

    @property
    def bridge_url(self) -> str:
        """Where the bridge is."""
        return f"http://127.0.0.1:{self.bridge_port}"

    @property
    def console_url(self) -> str:
        """Where the operator console is."""
        return f"{self.bridge_url}/console/"

    @property
    def webhook_url(self) -> str:
        """Where the fake WMS is told."""
        return f"http://127.0.0.1:{self.wms_port}/confirmations"


def webhook_program(wiring: Wiring) -> Program:
    """A fake WMS that is told by a webhook."""
    log = f"--log={wiring.folder.confirmations}"
    command = ("-m", "wms_bridge.fakes.wms", f"--port={wiring.wms_port}", log)
    return _python("wms", command, os.environ)


def bridge_program(wiring: Wiring, wms: str) -> Program:
    """The bridge, and the address of the WMS it is linked to. No ROS. A password goes by the
    environment: everybody sees command lines."""
    folder = wiring.folder
    shown, password = _without_password(wms)
    command = (
        "-c",
        "import typer; from wms_bridge.cli import bridge; typer.run(bridge)",
        f"--site={folder.site}",
        f"--database={folder.books}",
        f"--port={wiring.bridge_port}",
        f"--wms={shown}",
        f"--event-log={folder.events}",
    )
    secret = {PASSWORD_VARIABLE: password} if password else {}
    return _python("bridge", command, {**os.environ, **secret})


def _without_password(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}@{host}"
    return urlunsplit(parts._replace(netloc=netloc)), unquote(parts.password)


def floor_programs(wiring: Wiring, site: Site) -> tuple[Program, ...]:
    """World, robots and fleet: ROS 2 processes."""
    if wiring.gazebo is not None:
        return _gazebo_programs(wiring, wiring.gazebo, site)
    folder, ros = wiring.folder, wiring.ros
    fleet = {"site": folder.site, "bridge": wiring.bridge_url, "log": folder.events}
    robots = [robot.id for robot in site.robots]
    return (
        _node("world", "podherd_world.world_node", _world_settings(wiring), ros),
        *(_robots(group, folder.site, ros) for group in groups(robots, _ROBOT_PROCESSES_MAX)),
        _node("fleet", "podherd_fleet.fleet_node", fleet, ros),
    )


def _gazebo_programs(wiring: Wiring, plan: GazeboPlan, site: Site) -> tuple[Program, ...]:
    """Gazebo, the node that drives it, robots that take speeds, and a fleet in lock-step."""
    folder, ros = wiring.folder, wiring.ros
    world = {**_world_settings(wiring), **plan.world_settings(site)}
    fleet = {
        "site": folder.site,
        "bridge": wiring.bridge_url,
        "log": folder.events,
        "lockstep": True,
    }
    return (
        plan.server(folder.gazebo, site, wiring.seed),
        _node("world", "podherd_gazebo.gazebo_node", world, ros),
        *(
            _node(f"{ROBOT_PREFIX}{group[0]}", "podherd_robot.robot_node", settings, ros)
            for group, settings in plan.robot_settings(site, folder.site)
        ),
        _node("fleet", "podherd_fleet.fleet_node", fleet, ros),
    )


def _world_settings(wiring: Wiring) -> Mapping[str, object]:
    """Parameters that every world has."""
    folder = wiring.folder
    return {
        "site": folder.site,
        "bridge": wiring.bridge_url,
        "stock": folder.stock,
        "report": folder.world,
        "speed": f"'{wiring.speed}'",
        "seed": wiring.seed,
        "short_slot_share": wiring.short_slot_share,
        "arm_failure_rate": wiring.arm_failure_rate,
    }


def free_port(wanted: int) -> int:
    """``wanted`` or the first free TCP port of this machine after it."""
    for port in range(wanted, wanted + _PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return 0


def _robots(robots: list[RobotId], site: Path, ros: Mapping[str, str]) -> Program:
    names = ",".join(f"'{robot}'" for robot in robots)
    settings = {"robots": f"[{names}]", "site": site}
    return _node(f"{ROBOT_PREFIX}{robots[0]}", "podherd_robot.robot_node", settings, ros)


def _node(
    name: str, module: str, settings: Mapping[str, object], ros: Mapping[str, str]
) -> Program:
    given = [part for key, value in settings.items() for part in ("-p", f"{key}:={value}")]
    return _python(name, ("-m", module, "--ros-args", *given), ros)


def _python(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Program:
    return Program(name, (sys.executable, *arguments), environment)
