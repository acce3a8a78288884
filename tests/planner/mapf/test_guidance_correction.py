"""Correction: costs follow the flow seen, and go back where that did harm."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.league_floors import map_text
from hypothesis import given
from hypothesis import strategies as st

from planner.mapf.guidance import COST_MAX, STEP, ContraflowParams, Guidance, plain
from planner.mapf.guidance_correction import Correction, CorrectionParams
from sim_worlds.league.mapfile import parse_map

EAST, WEST = 0, 2
NEIGHBOURS = parse_map(map_text(["...."]), "drawn.map").neighbours()
PARAMS = CorrectionParams(window=10, step=0.5, differs=0.05, worse=0.02)


def correction(params: CorrectionParams = PARAMS, guidance: Guidance | None = None) -> Correction:
    return Correction(NEIGHBOURS, guidance or plain(4), params)


def drive_east(corrected: Correction, steps: int, progress: float) -> list[Guidance]:
    """One agent after the other leaves cell 1 to the east; what was proposed meanwhile."""
    proposed = []
    for _ in range(steps):
        node, heading = np.array([1], dtype=np.int32), np.array([EAST], dtype=np.int32)
        corrected.note(node, heading, np.array([True]), progress)
        new = corrected.proposal()
        proposed += [new] if new is not None else []
    return proposed


def test_driving_against_the_flow_becomes_dearer() -> None:
    watched = correction()
    assert drive_east(watched, 9, 1.0) == []
    (first,) = drive_east(watched, 1, 1.0)
    assert first.drive[2, WEST] > STEP
    changed = first.drive != STEP
    assert changed.sum() == 1
    (second,) = drive_east(watched, 10, 1.0)
    assert second.drive[2, WEST] > first.drive[2, WEST]
    assert watched.guidance is second


def test_costs_go_a_part_of_the_way() -> None:
    whole, half = correction(replace(PARAMS, step=1.0)), correction(replace(PARAMS, step=0.5))
    dearer = [drive_east(watched, 10, 1.0)[0].drive[2, WEST] - STEP for watched in (whole, half)]
    assert dearer[1] == pytest.approx(dearer[0] / 2, abs=1.0)
    assert dearer[1] > STEP


def test_costs_settle_where_the_flow_is_steady() -> None:
    watched = correction()
    assert len(drive_east(watched, 400, 1.0)) < 20
    assert drive_east(watched, 100, 1.0) == []
    full = STEP * (1.0 + ContraflowParams().repulsion)
    assert full * 0.8 < watched.guidance.drive[2, WEST] <= full


def test_what_did_harm_is_taken_back_and_waits_twice_as_long() -> None:
    watched = correction()
    (changed,) = drive_east(watched, 10, 1.0)
    (back,) = drive_east(watched, 10, 0.9)
    assert not changed.is_plain
    assert back.is_plain
    assert watched.taken_back == 1
    assert drive_east(watched, 19, 0.9) == []
    (again,) = drive_east(watched, 1, 0.9)
    assert not again.is_plain


def test_a_little_less_progress_is_no_harm() -> None:
    watched = correction()
    drive_east(watched, 10, 1.0)
    drive_east(watched, 10, 0.99)
    assert watched.taken_back == 0


def test_the_first_steps_after_a_change_do_not_count() -> None:
    watched = correction()
    drive_east(watched, 10, 1.0)
    drive_east(watched, 3, -100.0)
    drive_east(watched, 7, 1.0)
    assert watched.taken_back == 0


def test_nobody_moves_nothing_changes() -> None:
    watched = correction()
    for _ in range(50):
        at = np.array([1], dtype=np.int32)
        watched.note(at, at, np.array([False]), 0.0)
        assert watched.proposal() is None


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.floats(-5, 5)),
        max_size=80,
    ),
    st.floats(0.1, 1.0),
)
def test_costs_stay_what_tables_take(
    steps: list[tuple[int, int, bool, float]], step: float
) -> None:
    params = CorrectionParams(window=5, step=step, differs=0.0)
    watched = correction(params, Guidance(plain(4).drive, turn=12))
    for node, heading, moved, progress in steps:
        at, facing = np.array([node], dtype=np.int32), np.array([heading], dtype=np.int32)
        watched.note(at, facing, np.array([moved and NEIGHBOURS[node, heading] >= 0]), progress)
        new = watched.proposal()
        if new is not None:
            assert new is watched.guidance
            assert 1 <= new.drive.min() <= new.drive.max() <= COST_MAX
            assert new.turn == 12


def test_a_window_has_a_step_at_least() -> None:
    with pytest.raises(ValueError, match="window"):
        CorrectionParams(window=0)
