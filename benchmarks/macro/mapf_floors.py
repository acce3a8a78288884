"""Instances made for measuring: more agents on a floor, and parts of a floor."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim_worlds.league.instance import Instance, load_instance
from sim_worlds.league.mapfile import GridMap

Int32Array = npt.NDArray[np.int32]
TASKS = 40_000
"""In a task file."""


def with_more_agents(path: Path, agents: int, folder: Path, seed: int) -> Path:
    """The instance with as many agents, the ones it lacks on free cells drawn at random; written
    into ``folder`` under its name and their number."""
    known = load_instance(path)
    free = np.setdiff1d(_largest_region(known.map), known.starts)
    more = np.random.default_rng(seed).permutation(free)[: agents - known.team_size]
    starts = np.concatenate([known.starts, more])[:agents]
    tasks = [known.errands_of(task) for task in range(known.tasks)]
    return _write(folder, f"{path.stem}-agents-{agents}", known.map.letters, starts, tasks, known)


def part_of_floor(path: Path, width: int, density: float, folder: Path, seed: int) -> Path:
    """The first ``width`` columns of the instance's floor with ``density`` agents per free cell.
    Tasks lead from service points to emitters, drawn at random."""
    known = load_instance(path)
    letters = known.map.letters[:, :width]
    floor = GridMap(known.map.blocked[:, :width], letters)
    cells, rng = _largest_region(floor), np.random.default_rng(seed)
    kinds = letters.ravel()[cells]
    service, emitters = cells[kinds == ord("S")], cells[kinds == ord("E")]
    tasks = list(
        zip(
            rng.choice(service, 40_000).tolist(), rng.choice(emitters, 40_000).tolist(), strict=True
        )
    )
    starts = rng.permutation(cells)[: round(density * len(cells))]
    return _write(folder, f"{path.stem}-columns-{width}", letters, starts, tasks, known)


def _largest_region(floor: GridMap) -> Int32Array:
    """The cells of the largest part of the floor that walls do not divide."""
    region = floor.regions()
    sizes = np.bincount(region[region >= 0])
    return np.flatnonzero(region == sizes.argmax()).astype(np.int32)


def _write(
    folder: Path,
    name: str,
    letters: npt.NDArray[np.uint8],
    starts: Int32Array,
    tasks: Sequence[tuple[int, ...]],
    like: Instance,
) -> Path:
    rows = [bytes(row).decode() for row in letters]
    header = ["type octile", f"height {len(rows)}", f"width {len(rows[0])}", "map"]
    _lines(folder / f"{name}.map", [*header, *rows])
    _lines(folder / f"{name}.agents", [len(starts), *starts.tolist()])
    _lines(folder / f"{name}.tasks", [len(tasks), *(",".join(map(str, task)) for task in tasks)])
    path = folder / f"{name}.json"
    document = {
        "mapFile": f"{name}.map",
        "agentFile": f"{name}.agents",
        "taskFile": f"{name}.tasks",
        "teamSize": len(starts),
        "numTasksReveal": like.reveal,
        "version": like.version,
    }
    path.write_text(json.dumps(document))
    return path


def _lines(path: Path, lines: Sequence[int | str]) -> None:
    path.write_text("\n".join(map(str, lines)) + "\n")
