"""Small floors of the League for tests: drawn as text, or random."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from sim_worlds.league.instance import Instance
from sim_worlds.league.mapfile import parse_map


def drawn(
    rows: Sequence[str],
    starts: Sequence[int],
    tasks: Sequence[Sequence[int]],
    reveal: float = 1.5,
) -> Instance:
    """An instance of a drawn floor; ``starts`` and the errands of ``tasks`` are cells."""
    floor = parse_map(map_text(rows), "drawn.map")
    errands = [cell for task in tasks for cell in task]
    offsets = np.cumsum([0, *(len(task) for task in tasks)])
    return Instance(
        "drawn",
        "2024 LoRR",
        floor,
        np.array(starts, dtype=np.int32),
        np.array(errands, dtype=np.int32),
        offsets.astype(np.int32),
        reveal,
    )


def map_text(rows: Sequence[str]) -> str:
    """The rows with a header on top."""
    head = ["type octile", f"height {len(rows)}", f"width {len(rows[0])}", "map"]
    return "\n".join([*head, *rows]) + "\n"


def write_instance(
    folder: Path,
    rows: Sequence[str],
    starts: Sequence[int],
    tasks: Sequence[Sequence[int]],
    **changed: object,
) -> Path:
    """The same as files; ``changed`` are fields of the JSON file that differ."""
    (folder / "floor.map").write_text(map_text(rows))
    (folder / "team.agents").write_text("\n".join(map(str, [len(starts), *starts])) + "\n")
    lines = [",".join(map(str, task)) for task in tasks]
    (folder / "list.tasks").write_text("\n".join(["# tasks", str(len(tasks)), *lines]) + "\n")
    fields = {
        "mapFile": "floor.map",
        "agentFile": "team.agents",
        "taskFile": "list.tasks",
        "teamSize": len(starts),
        "numTasksReveal": 1.5,
        "version": "2024 LoRR",
        **changed,
    }
    path = folder / "drawn.json"
    path.write_text(json.dumps({key: value for key, value in fields.items() if value is not None}))
    return path


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Random small floors with walls; agents and errands on any free cells, in reach or not."""
    height, width = draw(st.integers(1, 5)), draw(st.integers(2, 6))
    cells = draw(
        st.lists(st.sampled_from("....@"), min_size=height * width, max_size=height * width).filter(
            lambda letters: letters.count(".") >= 2
        )
    )
    free = [cell for cell, letter in enumerate(cells) if letter == "."]
    rows = ["".join(cells[i * width : (i + 1) * width]) for i in range(height)]
    most = min(len(free), 8)
    starts = draw(st.lists(st.sampled_from(free), min_size=1, max_size=most, unique=True))
    task = st.lists(st.sampled_from(free), min_size=1, max_size=3)
    tasks = draw(st.lists(task, min_size=1, max_size=6))
    return drawn(rows, starts, tasks, draw(st.sampled_from([1.0, 1.5, 2.0])))
