"""The one place that knows what a process needs to be a ROS 2 process.

``podherd`` itself runs without any of it; it hands :func:`ros_environment` to the processes that
it starts. Where an ordinary ROS 2 is sourced (``ROS_DISTRO`` is set), its settings are kept.
"""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_DOMAINS = range(1, 102)
"""Domain ids whose ports lie below Linux's ephemeral ports; 0 is everybody's default."""


def ros_environment(
    base: Mapping[str, str], domain_id: int, workspace: Path | None = None
) -> dict[str, str]:
    """``base`` plus what ROS 2 processes need: libraries, messages, an own domain on this host.

    ``workspace`` is the built ``ros_ws``; by default the one this file lies in.
    """
    environment = dict(base)
    if "ROS_DISTRO" not in base:
        environment |= _wheels(base, workspace or find_workspace())
    environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    environment["ROS_DOMAIN_ID"] = str(domain_id)
    # The wheels restart Python to set LD_LIBRARY_PATH unless told that it is set.
    environment["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] = "1"
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def find_workspace() -> Path:
    """The ``ros_ws`` this file lies in; a set ``PODHERD_ROS_WS`` comes first."""
    return Path(os.environ.get("PODHERD_ROS_WS", Path(__file__).resolve().parents[3]))


def free_domain_id() -> int:
    """A ROS domain that nobody on this machine uses at the moment.

    Each domain has a multicast port of its own (DDSI-RTPS 2.5, section 9.6.2); the first domain
    whose port can be had alone is free. Starts at a place that depends on the process, so that two
    runs that start together do not meet.
    """
    start = os.getpid() % len(_DOMAINS)
    candidates: tuple[int, ...] = (*_DOMAINS[start:], *_DOMAINS[:start])
    return next((domain for domain in candidates if _is_free(domain)), candidates[0])


def _is_free(domain: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", 7400 + 250 * domain))
        except OSError:
            return False
    return True


def _wheels(base: Mapping[str, str], workspace: Path) -> dict[str, str]:
    """Settings for the ROS 2 of the Python wheels beside our own messages."""
    install, prefix = workspace / "install", Path(sys.prefix)
    packages = f"lib/python3.{sys.version_info.minor}/site-packages"

    def first(name: str, *folders: Path) -> str:
        return os.pathsep.join([*map(str, folders), *filter(None, [base.get(name)])])

    return {
        "LD_LIBRARY_PATH": first("LD_LIBRARY_PATH", install / "lib", prefix / "lib"),
        "PYTHONPATH": first("PYTHONPATH", install / packages),
        "AMENT_PREFIX_PATH": first("AMENT_PREFIX_PATH", install, prefix),
    }
