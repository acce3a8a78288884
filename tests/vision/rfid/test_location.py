"""Tags are placed in their bins, and those of other racks and of the robot are told apart."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from fakes.tag_passes import Passed, centroid_bin, passes, peak_bin, places
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidTag
from vision.rfid.likelihoods import Template, blocks_of, phase_fit, power_and_share
from vision.rfid.location import (
    DEFAULT_PRIORS,
    Location,
    LocationParams,
    Place,
    State,
    locate,
)
from vision.rfid.scans import Scans

PLACES = places()
LEAST_READS = 3


@cache
def placed(phase: bool) -> list[tuple[Passed, Location]]:
    tags = passes(5, own=24, strays=9, on_robot=3, phase=phase)
    read = [tag for tag in tags if tag.scans.read.sum() >= LEAST_READS]
    return [(tag, locate(tag.scans, PLACES)) for tag in read]


def right_share(phase: bool) -> float:
    own = [(tag, found) for tag, found in placed(phase) if tag.state is State.BIN]
    return sum(found.bin == tag.bin for tag, found in own) / len(own)


@pytest.mark.parametrize("phase", [True, False])
def test_probabilities_add_up_and_name_everything(phase: bool) -> None:
    for _, found in placed(phase):
        assert found.probabilities.sum() == pytest.approx(1.0)
        assert (found.probabilities >= 0).all()
        assert len(found.names) == len(found.probabilities) == len(PLACES) + 2
        assert sum(found.states.values()) == pytest.approx(1.0)
        assert found.stray == pytest.approx(1 - found.states[State.BIN])
        best = found.names.index(found.bin)
        assert found.bin_probability == found.probabilities[best]


def test_most_tags_are_placed_in_their_bin_and_the_usual_ways_are_beaten() -> None:
    own = [tag for tag, _ in placed(True) if tag.state is State.BIN]
    peak = sum(peak_bin(tag.scans) == tag.bin for tag in own) / len(own)
    centroid = sum(centroid_bin(tag.scans) == tag.bin for tag in own) / len(own)
    assert right_share(True) >= 0.87
    assert right_share(False) >= 0.8
    assert right_share(True) >= max(peak, centroid) + 0.1


def test_strays_are_told_apart_and_own_tags_kept() -> None:
    strays = [found for tag, found in placed(True) if tag.state is not State.BIN]
    own = [found for tag, found in placed(True) if tag.state is State.BIN]
    assert len(strays) >= 9
    assert sum(found.stray > 0.5 for found in strays) / len(strays) >= 0.9
    assert sum(found.stray > 0.5 for found in own) / len(own) <= 0.1


def test_tags_on_the_robot_are_known_as_such() -> None:
    there = [found for tag, found in placed(True) if tag.state is State.ON_ROBOT]
    assert len(there) == 3
    for found in there:
        assert found.states[State.ON_ROBOT] > 0.9


def test_reads_behind_a_poor_antenna_are_of_the_other_side() -> None:
    tags = passes(6, own=0, strays=12, back_lobe=0.4)
    across = [
        tag for tag in tags if tag.state is State.OTHER_SIDE and tag.scans.read.sum() >= LEAST_READS
    ]
    found = [locate(tag.scans, PLACES, Template(back_lobe=0.4)) for tag in across]
    assert len(found) >= 3
    assert sum(one.stray > 0.5 for one in found) >= len(found) - 1


def test_reads_that_fit_nowhere_are_unknown() -> None:
    dice = np.random.default_rng(1)
    tag = passes(7, own=1, strays=0)[0].scans
    looks = len(tag.rssi_dbm)
    read = dice.random(looks) < 0.02
    noise = replace(
        tag,
        rssi_dbm=np.where(read, dice.uniform(-75, -35, looks), np.nan),
        phase_rad=np.where(read, dice.uniform(0, 6.28, looks), np.nan),
    )
    found = locate(noise, PLACES)
    assert found.states[State.UNKNOWN] > 0.5


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(-3, 3))
def test_order_of_looks_and_phase_of_cables_do_not_matter(
    seed: int, first_rad: float, second_rad: float
) -> None:
    dice, template = np.random.default_rng(seed), Template()
    scans = passes(8, own=1, strays=0)[0].scans
    points = dice.uniform((4, 1, 0), (8, 2, 2), (20, 3))
    cables = np.where(scans.antenna == 0, first_rad, second_rad)
    order = dice.permutation(len(scans.rssi_dbm))
    other = Scans(
        scans.position_m[order],
        scans.facing[order],
        scans.antenna[order],
        scans.rssi_dbm[order],
        (scans.phase_rad + cables)[order],
    )
    for one in (
        lambda s: phase_fit(points, s, template),
        lambda s: power_and_share(points, s, blocks_of(s, 0.4), template),
    ):
        assert one(other) == pytest.approx(one(scans))


def test_phases_grow_with_the_distance_there_and_back() -> None:
    """As scans.py says, and as the simulated reader has it (vision/rfid/llrp/radio.py)."""
    template, tag = Template(), np.array((0.2, 1.0, 0.5))
    along = np.linspace(-1.0, 1.0, 60)
    position = np.stack((along, np.zeros(60), np.full(60, 0.5)), axis=1)
    away = np.linalg.norm(position - tag, axis=1)
    scans = Scans(
        position,
        np.tile((0.0, 1.0, 0.0), (60, 1)),
        np.zeros(60, dtype=int),
        np.full(60, -55.0),
        np.mod(4 * np.pi * away / template.wavelength_m + 1.0, 2 * np.pi),
    )
    points = np.array([(x, 1.0, 0.5) for x in np.linspace(-0.8, 0.8, 33)])
    assert points[phase_fit(points, scans, template).argmax()] == pytest.approx(tag)


def test_a_block_counts_its_looks_and_reads() -> None:
    scans = passes(9, own=1, strays=0)[0].scans
    blocks = blocks_of(scans, 0.375)
    assert blocks.looks.sum() == len(scans.rssi_dbm)
    assert blocks.reads.sum() == scans.read.sum()
    assert np.linalg.norm(blocks.facing, axis=1) == pytest.approx(1.0)


def good_scans() -> dict[str, np.ndarray]:
    return {
        "position_m": np.zeros((3, 3)),
        "facing": np.tile((0.0, 1.0, 0.0), (3, 1)),
        "antenna": np.zeros(3, dtype=int),
        "rssi_dbm": np.array((-50.0, np.nan, -51.0)),
        "phase_rad": np.array((1.0, np.nan, np.nan)),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("position_m", np.zeros((3, 2))),
        ("position_m", np.full((3, 3), np.nan)),
        ("facing", np.zeros((3, 3))),
        ("antenna", np.zeros(2, dtype=int)),
        ("rssi_dbm", np.array((np.inf, 0.0, 0.0))),
        ("phase_rad", np.array((np.inf, 0.0, 0.0))),
    ],
)
def test_scans_that_are_none_are_refused(field: str, value: np.ndarray) -> None:
    with pytest.raises(InvalidTag) as refused:
        Scans(**(good_scans() | {field: value}))
    assert refused.value.field == field


def test_without_a_read_or_a_bin_nothing_is_said() -> None:
    empty = Scans(**(good_scans() | {"rssi_dbm": np.full(3, np.nan)}))
    with pytest.raises(InvalidTag, match="not a single read"):
        locate(empty, PLACES)
    with pytest.raises(InvalidTag, match="at least one bin"):
        locate(Scans(**good_scans()), [one for one in PLACES if one.state is not State.BIN])


def test_racks_and_templates_beyond_all_bounds_are_refused() -> None:
    hall = Place("hall", State.BIN, (0.0, 900.0), (0.0, 900.0), (0.0, 9.0))
    with pytest.raises(InvalidTag, match="points"):
        locate(Scans(**good_scans()), [hall])
    with pytest.raises(ValueError, match="prior"):
        LocationParams({State.BIN: 1.0})
    with pytest.raises(ValueError, match="positive"):
        LocationParams(DEFAULT_PRIORS, step_m=(0.0, 0.1, 0.1))
    with pytest.raises(ValueError, match="spreads"):
        Template(fading_db=0.0)


def test_boxes_need_an_extent_and_a_state_that_is_a_box() -> None:
    with pytest.raises(InvalidTag, match="low to high"):
        Place("a", State.BIN, (1.0, 1.0), (0.0, 1.0), (0.0, 1.0))
    with pytest.raises(InvalidTag, match="one of"):
        Place("a", State.UNKNOWN, (0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
