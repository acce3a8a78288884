"""``--guidance``: auto, off or a file."""

from pathlib import Path

import numpy as np
import pytest
from fakes.league_floors import drawn

from planner.lifelong.lanes import LanesParams, fitted_lanes
from planner.lifelong.team import TeamParams
from planner.mapf.guidance import Guidance, plain
from planner.warehouse.errors import InvalidGuidance
from sim_worlds.league.guidance_choice import guidance_for
from sim_worlds.league.guidance_file import write_guidance
from sim_worlds.league.start import start_of

TEAM = TeamParams(trials=2)
INSTANCE = drawn(["......", ".@@@@.", "......"], [0, 5, 12], [[0, 17], [17, 0], [5, 12]])


def test_off_is_plain() -> None:
    assert guidance_for(INSTANCE, "off", TEAM).is_plain


def test_auto_is_what_fits() -> None:
    told: list[str] = []
    found = guidance_for(INSTANCE, "auto", TEAM, 3, told.append)
    fitted = fitted_lanes(start_of(INSTANCE), TEAM, LanesParams(), 3)
    assert np.array_equal(found.drive, fitted.guidance.drive)
    assert told == ["looking for lanes", "trying the lanes"]


def test_a_file_is_read(tmp_path: Path) -> None:
    drive = plain(18).drive
    drive[3, 2] = 24
    path = tmp_path / "lanes.json"
    write_guidance(Guidance(drive, turn=12), "drawn", path)
    found = guidance_for(INSTANCE, str(path), TEAM)
    assert (found.drive[3, 2], found.turn) == (24, 12)


def test_a_file_for_another_floor_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lanes.json"
    write_guidance(plain(7), "another", path)
    with pytest.raises(InvalidGuidance, match="another"):
        guidance_for(INSTANCE, str(path), TEAM)
