"""What ``--guidance`` asks for: lanes found at the start, none, or those of a file."""

from collections.abc import Callable
from pathlib import Path

from planner.lifelong.lanes import LanesParams, fitted_lanes
from planner.lifelong.team import TeamParams
from planner.mapf.guidance import Guidance, plain
from sim_worlds.league.guidance_file import read_guidance
from sim_worlds.league.instance import Instance
from sim_worlds.league.start import start_of

AUTO, OFF = "auto", "off"


def guidance_for(
    instance: Instance,
    asked: str,
    team: TeamParams,
    seed: int = 1,
    told: Callable[[str], None] = lambda words: None,
) -> Guidance:
    """``auto`` takes some seconds, ``told`` hears at what; anything but ``auto`` and ``off`` is the
    path of a file.

    Raises :class:`planner.warehouse.errors.InvalidGuidance` for a file that cannot be used.
    """
    nodes = instance.map.blocked.size
    if asked == OFF:
        return plain(nodes)
    if asked == AUTO:
        return fitted_lanes(start_of(instance), team, LanesParams(), seed, told).guidance
    return read_guidance(Path(asked), nodes)
