"""Guidance of a site as a JSON file: how many times its time driving over each edge counts.

::

    {"format": "podherd-guidance-1", "floor": "small", "turn": 1.0,
     "drive": [[1.0, 1.0, 2.5, 1.0], ...], "tried": [...], "gain": 0.031, "error": 0.008}

``drive`` has a row per node of the roadmap with the factor of each heading, 0 (east) to 3 (south).
``tried`` tells how it came about (:class:`sim_worlds.site_race.Tried`); it is not needed to drive.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np

from planner.mapf.guidance import COST_MAX, STEP, Guidance, plain
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidGuidance
from planner.warehouse.site import Site
from sim_worlds.league.atomic import replacing
from sim_worlds.site_race import Tried, Verdict

Factor = Annotated[float, msgspec.Meta(ge=1.0, le=COST_MAX / STEP)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["podherd-guidance-1"]
    floor: str
    turn: Annotated[float, msgspec.Meta(ge=1.0, le=1.0)]
    drive: list[tuple[Factor, Factor, Factor, Factor]]
    tried: tuple[Tried, ...] = ()
    gain: float = 0.0
    error: float = 0.0


def write_site_guidance(verdict: Verdict, site: Site, path: Path) -> None:
    """The whole file or none of it. :class:`InvalidGuidance` if it cannot be written."""
    guidance = verdict.guidance or plain(len(compile_roadmap(site).nodes))
    factors = (guidance.drive / STEP).tolist()
    file = _File(
        "podherd-guidance-1", site.name, 1.0, factors, verdict.tried, verdict.gain, verdict.error
    )
    try:
        with replacing(path) as draft:
            draft.write_bytes(msgspec.json.encode(file) + b"\n")
    except OSError as error:
        raise InvalidGuidance(
            f"cannot be written: {error.strerror}", field="output", value=str(path)
        ) from error


def read_site_guidance(path: Path, site: Site) -> Guidance:
    """Guidance for this site, however many robots it has.

    Raises :class:`InvalidGuidance` that names the file, the place in it and what is wrong.
    """
    file = _decoded(path)
    nodes = len(compile_roadmap(site).nodes)
    if file.floor != site.name or len(file.drive) != nodes:
        raise InvalidGuidance(
            f"made for {file.floor} with {len(file.drive)} nodes, this is {site.name} with {nodes}",
            field=str(path),
            remedy="Tune this site: podherd site tune.",
        )
    drive = np.round(np.array(file.drive).reshape(-1, 4) * STEP).astype(np.int32)
    return Guidance(drive)


def _decoded(path: Path) -> _File:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise InvalidGuidance(
            f"cannot be read: {error.strerror}",
            field="guidance",
            value=str(path),
            remedy="podherd site tune writes such files.",
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidGuidance(
            f"not the guidance of a site: {error}",
            field=str(path),
            remedy="Make it anew with podherd site tune.",
        ) from error
