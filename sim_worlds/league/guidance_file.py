"""Guidance as a JSON file: what driving each edge costs, as a factor of a plain step.

::

    {"format": "podherd-guidance-1", "floor": "warehouse_small", "turn": 1.0,
     "drive": [[1.0, 1.0, 2.5, 1.0], ...]}

``drive`` has a row per node (cell ``row * width + column`` in the League) with the factor of each
heading, 0 to 3. The finest that a team can tell apart is
1 / :data:`planner.mapf.guidance.STEP`; what is read is rounded to it.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np

from planner.mapf.guidance import COST_MAX, STEP, Guidance
from planner.warehouse.errors import InvalidGuidance
from sim_worlds.league.atomic import replacing

Factor = Annotated[float, msgspec.Meta(ge=1 / STEP, le=COST_MAX / STEP)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["podherd-guidance-1"]
    floor: str
    turn: Factor
    drive: list[tuple[Factor, Factor, Factor, Factor]]


def write_guidance(guidance: Guidance, floor: str, path: Path) -> None:
    """The whole file or none of it; ``floor`` is told to whoever reads it."""
    factors = (guidance.drive / STEP).tolist()
    file = _File("podherd-guidance-1", floor, guidance.turn / STEP, factors)
    with replacing(path) as draft:
        draft.write_bytes(msgspec.json.encode(file))


def read_guidance(path: Path, nodes: int) -> Guidance:
    """Guidance for a floor of so many nodes.

    Raises :class:`InvalidGuidance` that names the file, the place in it and what is wrong.
    """
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise InvalidGuidance(
            f"cannot be read: {error.strerror}",
            field="guidance",
            value=str(path),
            remedy="podherd mapf tune writes such files.",
        ) from error
    except msgspec.MsgspecError as error:
        raise InvalidGuidance(
            f"not a guidance file: {error}",
            field=str(path),
            remedy="Make it anew with podherd mapf tune.",
        ) from error
    if len(file.drive) != nodes:
        raise InvalidGuidance(
            f"made for a floor of {len(file.drive)} nodes ({file.floor}), this one has {nodes}",
            field=str(path),
            remedy="Tune on this floor.",
        )
    drive = np.round(np.array(file.drive).reshape(-1, 4) * STEP).astype(np.int32)
    return Guidance(drive, round(file.turn * STEP))
