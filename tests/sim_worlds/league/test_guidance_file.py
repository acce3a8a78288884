"""Guidance files: read as written, refused with a reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner.mapf.guidance import COST_MAX, Guidance, plain
from planner.warehouse.errors import InvalidGuidance
from sim_worlds.league.guidance_file import read_guidance, write_guidance

costs = st.integers(1, COST_MAX)


@given(arrays(np.int32, st.tuples(st.integers(0, 5), st.just(4)), elements=costs), costs)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, drive: Any, turn: int
) -> None:
    path = tmp_path_factory.mktemp("guidance") / "lanes.json"
    write_guidance(Guidance(drive, turn), "floor", path)
    read = read_guidance(path, len(drive))
    assert np.array_equal(read.drive, drive)
    assert read.drive.shape == drive.shape
    assert read.turn == turn


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"turn": 0}, "$.turn"),
        ({"drive": [[1, 1, 1, 1], [1, 99, 1, 1]]}, "$.drive[1]"),
        ({"drive": [[1, 1, 1, 1], [1, 1, 1]]}, "$.drive[1]"),
        ({"drive": [[1, 1, 1, 1]]}, "1 nodes (two cells), this one has 2"),
        ({"format": "something else"}, "$.format"),
        ({"lanes": []}, "lanes"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    path = tmp_path / "lanes.json"
    write_guidance(plain(2), "two cells", path)
    read_guidance(path, 2)
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(InvalidGuidance) as caught:
        read_guidance(path, 2)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1, 2"])
def test_no_json_no_guidance(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lanes.json"
    path.write_bytes(content)
    with pytest.raises(InvalidGuidance, match="not a guidance file"):
        read_guidance(path, 2)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidGuidance, match="cannot be read"):
        read_guidance(tmp_path / "none.json", 2)
