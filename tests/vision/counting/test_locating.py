"""Tags of a pass located together: against the simulated radio, and by what must hold always."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidTag
from planner.warehouse.robot import Pose
from vision.counting.locating import LocatingParams, locate_all
from vision.counting.passes import Pass, check_times, looks_at
from vision.rfid.likelihoods import Template
from vision.rfid.llrp.racks import sgtin_96
from vision.rfid.llrp.scene import AntennaMount, RobotPose, Scene, SceneTag, along
from vision.rfid.location import Place, State
from vision.rfid.reads import Read

MOUNTS = tuple(
    AntennaMount(1 + number, forward, 0.0, height)
    for number, (height, forward) in enumerate(
        (height, forward) for height in (0.45, 0.85, 1.25, 1.65) for forward in (-0.3, 0.3)
    )
)
LEVELS = np.linspace(0.35, 1.6, 6)
COLUMNS, WIDE_M = 4, 0.2
FACE = Pose(10.0, 20.0, 0.0)
ROUND_US = 25_000


def places() -> list[Place]:
    slots = [
        Place(f"{level}/{column}", State.BIN, (left, left + WIDE_M), (0.0, 0.4), (low, high))
        for level, (low, high) in enumerate(pairwise(LEVELS))
        for column, left in enumerate((np.arange(COLUMNS) - COLUMNS / 2) * WIDE_M)
    ]
    return [
        Place("behind", State.BACK_RACK, (-0.4, 0.4), (0.8, 1.6), (0.35, 1.6)),
        *slots,
        Place("beside", State.OTHER_SIDE, (0.8, 1.6), (0.0, 0.8), (0.35, 1.6)),
    ]


def tags(seed: int, each: int = 2) -> list[SceneTag]:
    dice = np.random.default_rng(seed)
    made = []
    for number, place in enumerate(places()):
        for serial in range(each if place.state is State.BIN else 10):
            ranges = (place.x_m, place.y_m, place.z_m)
            x, y, z = (dice.uniform(low + 0.02, high - 0.02) for low, high in ranges)
            made.append(SceneTag(sgtin_96(number, serial), (10 + x, 20 + y, z), place.name))
    return made


def driven(seed: int, heading: float = 0.0, phase: bool = True) -> tuple[Pass, dict[bytes, str]]:
    """Past the face at 0.5 m/s, 0.8 m before it."""
    lying = tags(seed)
    pose_at = along([(0.0, RobotPose(9.2, 19.2, heading)), (3.2, RobotPose(10.8, 19.2, heading))])
    scene = Scene(lying, MOUNTS, pose_at, seed)
    reads = tuple(
        Read(seen.epc, seen.antenna, seen.rssi_dbm, seen.at_us // 1000, "reader",
             seen.phase_rad if phase else None)
        for number in range(128)
        for seen in scene.sightings(number, 1 + number % len(MOUNTS), number * ROUND_US)
    )  # fmt: skip
    track = tuple((at_ms, Pose(*pose_at(at_ms / 1000))) for at_ms in range(0, 3_201, 100))
    return Pass("reader", reads, track, MOUNTS), {tag.epc: tag.place for tag in lying}


def test_tags_are_found_in_their_slots_and_strays_are_told_apart() -> None:
    passed, truth = driven(3)
    found = looks_at(passed, FACE)
    assert found is not None
    epcs, looks, reads = found
    located = locate_all(looks, reads, places(), Template(), LocatingParams())
    own = [n for n, epc in enumerate(epcs) if truth[epc] in located.names]
    assert len(own) >= 39, "of 40"
    right = [located.names[int(located.slots[n].argmax())] == truth[epcs[n]] for n in own]
    assert np.mean(right) >= 0.97
    strays = [n for n in range(len(epcs)) if n not in own]
    assert np.mean(located.slots[strays].sum(axis=1) < 0.5) >= 0.95
    chances = [located.slots[n, located.names.index(truth[epcs[n]])] for n in own]
    assert min(chances) > 0.002, "nothing that is true is held for impossible"


def test_a_reader_without_phases_is_less_sure_and_misleads_no_more() -> None:
    passed, truth = driven(4, phase=False)
    epcs, looks, reads = looks_at(passed, FACE) or pytest.fail("the face was seen")
    located = locate_all(looks, reads, places(), Template(), LocatingParams())
    own = [n for n, epc in enumerate(epcs) if truth[epc] in located.names]
    chances = np.array([located.slots[n, located.names.index(truth[epcs[n]])] for n in own])
    assert 0.05 < np.median(chances) < 0.9
    assert (chances > 0.002).mean() > 0.95


def test_who_looks_the_other_way_sees_nothing() -> None:
    passed, _ = driven(3, heading=np.pi)
    assert looks_at(passed, FACE) is None


def test_probabilities_do_not_depend_on_the_order_of_reads() -> None:
    passed, _ = driven(5)
    turned = replace(passed, reads=tuple(reversed(passed.reads)))
    results = []
    for one in (passed, turned):
        epcs, looks, reads = looks_at(one, FACE) or pytest.fail("the face was seen")
        located = locate_all(looks, reads, places(), Template(), LocatingParams())
        results.append(dict(zip(epcs, located.slots, strict=True)))
    for epc, slots in results[0].items():
        assert slots == pytest.approx(results[1][epc], abs=1e-3)


@settings(max_examples=25)
@given(st.integers(0, 7), st.integers(1, 40))
def test_any_few_reads_give_probabilities(antenna: int, count: int) -> None:
    reads = tuple(
        Read(sgtin_96(1, n % 3), 1 + antenna, -50.0 - n, 80 * n, "reader", None if n % 2 else 1.0)
        for n in range(count)
    )
    track = ((0, Pose(9.6, 19.2, 0.0)), (3_200, Pose(10.4, 19.2, 0.0)))
    passed = Pass("reader", reads, track, MOUNTS)
    epcs, looks, found = looks_at(passed, FACE) or pytest.fail("the face was seen")
    located = locate_all(looks, found, places(), Template(), LocatingParams())
    assert len(epcs) == min(count, 3)
    assert (located.slots >= 0).all()
    assert (located.slots.sum(axis=1) <= 1 + 1e-9).all()
    assert np.isfinite(located.slots).all()


def test_reads_outside_of_the_track_are_refused() -> None:
    passed, _ = driven(3)
    late = replace(passed, reads=(replace(passed.reads[0], at_ms=9_000),))
    with pytest.raises(InvalidTag, match=r"reads.at_ms: .*outside of the robot's pass.*9000"):
        check_times(late, 500)
    check_times(passed, 0)


@pytest.mark.parametrize(
    ("track", "mounts", "problem"),
    [
        ((), MOUNTS, "rising times"),
        (((5, FACE), (5, FACE)), MOUNTS, "rising times"),
        (((0, FACE), (5, FACE)), (), "numbers of their own"),
        (((0, FACE), (5, FACE)), (MOUNTS[0], MOUNTS[0]), "numbers of their own"),
    ],
)
def test_passes_that_are_none(track: object, mounts: object, problem: str) -> None:
    with pytest.raises(InvalidTag, match=problem):
        Pass("reader", (), track, mounts)  # type: ignore[arg-type]


def test_too_many_points_are_refused() -> None:
    passed, _ = driven(3)
    _, looks, reads = looks_at(passed, FACE) or pytest.fail("the face was seen")
    wide = Place("hall", State.BIN, (0.0, 100.0), (0.0, 100.0), (0.0, 10.0))
    with pytest.raises(InvalidTag, match="points"):
        locate_all(looks, reads, [wide], Template(), LocatingParams())
    with pytest.raises(InvalidTag, match="slot"):
        locate_all(looks, reads, places()[:1], Template(), LocatingParams())
