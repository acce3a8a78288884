"""What a robot's antennas read of tags in a hall: by the laws of the model, repeatable, and never
of dead tags."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidWorld
from vision.rfid.llrp.racks import rack_tags, sgtin_96
from vision.rfid.llrp.radio import (
    Radio,
    channel,
    power_dbm,
    read_probability,
    surroundings,
)
from vision.rfid.llrp.scene import (
    AntennaMount,
    RobotPose,
    Scene,
    SceneTag,
    Sighting,
    along,
    placed,
    planted,
)

FREE = Radio(floor_amplitude=0.0, scatterers=0, tag_sd_db=0.0, rssi_sd_db=0.0, phase_sd_rad=0.0)
"""Nothing but the straight path."""
LEFT = np.array((0.0, 1.0, 0.0))
MOUNTS = (AntennaMount(1, 0.0, 0.0, 0.5), AntennaMount(2, 0.0, 0.0, 1.6))
DRIVE = along([(0.0, RobotPose(-1.0, 0.0, 0.0)), (20.0, RobotPose(5.0, 0.0, 0.0))])
ROUNDS = 800
ROUND_US = 25_000


def all_sightings(scene: Scene, rounds: int = ROUNDS) -> list[Sighting]:
    return [
        seen
        for number in range(rounds)
        for seen in scene.sightings(number, 1 + number % 2, number * ROUND_US)
    ]


def alone(at_m: tuple[float, float, float], antenna_m: tuple[float, float, float]) -> complex:
    """Channel to one tag by the straight path, antenna looking left."""
    around = surroundings(np.array([at_m]), FREE, np.random.default_rng(0))
    return complex(channel(around, np.array([0]), np.array(antenna_m), LEFT, FREE)[0])


def test_power_falls_with_the_fourth_power_of_distance() -> None:
    gain = np.zeros(1)
    near, far = (
        power_dbm(np.array([alone((0.0, y_m, 1.0), (0.0, 0.0, 1.0))]), gain, FREE)[0]
        for y_m in (1.0, 2.0)
    )
    assert near == pytest.approx(-45.0)
    assert near - far == pytest.approx(40 * math.log10(2))


@given(st.floats(0.5, 4.0), st.floats(0.0, 0.3))
def test_phase_grows_by_two_turns_for_each_wavelength(distance_m: float, more_m: float) -> None:
    here, there = (
        alone((0.0, y_m, 1.0), (0.0, 0.0, 1.0)) for y_m in (distance_m, distance_m + more_m)
    )
    grown = float(np.angle(here**2) - np.angle(there**2))
    expected = 2 * FREE.wave_number * more_m
    assert math.remainder(grown - expected, math.tau) == pytest.approx(0.0, abs=1e-6)


def test_antennas_are_strongest_ahead_and_weak_behind() -> None:
    ahead, aside, behind = (
        abs(alone(at_m, (0.0, 0.0, 1.0)))
        for at_m in ((0.0, 2.0, 1.0), (math.sqrt(2), math.sqrt(2), 1.0), (0.0, -2.0, 1.0))
    )
    assert aside / ahead == pytest.approx(0.5**0.75)
    assert behind / ahead == pytest.approx(0.1)


def test_the_floor_and_scatterers_make_the_channel_uneven() -> None:
    tags = np.array([(x_m, 1.2, 1.0) for x_m in np.linspace(0, 3, 200)])
    spread = {}
    for radio in (FREE, replace(FREE, scatterers=4), Radio(tag_sd_db=0.0)):
        around = surroundings(tags, radio, np.random.default_rng(1))
        one = [
            abs(channel(around, np.array([i]), tag - (0, 1.2, 0), LEFT, radio)[0])
            for i, tag in enumerate(tags)
        ]
        spread[radio] = float(np.std(20 * np.log10(one)))
    free, scattered, real = spread.values()
    assert free == pytest.approx(0.0, abs=1e-9)
    assert scattered > 0.1
    assert real > 0.1


def test_strong_tags_are_read_at_the_rate_and_weak_ones_are_not() -> None:
    probability = read_probability(np.array([-30.0, -62.0, -90.0, -900.0]), Radio())
    assert probability == pytest.approx([0.25, 0.125, 0.0, 0.0], abs=1e-6)


def test_readings_have_the_noise_of_the_model() -> None:
    tag = SceneTag(sgtin_96(1, 1), (0.0, 1.0, 1.0))
    still = [AntennaMount(1, 0.0, 0.0, 1.0)]
    scene = Scene([tag], still, lambda _: RobotPose(0.0, 0.0, 0.0), 3)
    seen = [one for number in range(4000) for one in scene.sightings(number, 1, 0)]
    assert len(seen) == pytest.approx(1000, abs=120)
    rssi = np.array([one.rssi_dbm for one in seen])
    turns = np.exp(1j * np.array([one.phase_rad for one in seen]))
    assert rssi.std() == pytest.approx(1.0, abs=0.1)
    assert np.angle(turns / turns.mean()).std() == pytest.approx(0.12, abs=0.015)
    assert all(0 <= one.phase_rad < math.tau for one in seen)


def test_runs_are_repeated_by_seed_and_differ_without() -> None:
    tags = rack_tags(4, (0.3, 0.8, 1.3, 1.8), 2, 5)
    runs = [all_sightings(Scene(tags, MOUNTS, DRIVE, seed)) for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_round_does_not_depend_on_what_was_asked_before() -> None:
    tags = rack_tags(4, (0.3, 0.8), 2, 5)
    scene = Scene(tags, MOUNTS, DRIVE, 1)
    late = scene.sightings(300, 1, 300 * ROUND_US)
    all_sightings(scene, 100)
    assert scene.sightings(300, 1, 300 * ROUND_US) == late
    assert late


def test_a_rack_is_read_and_dead_tags_are_not() -> None:
    tags = rack_tags(4, (0.3, 0.8, 1.3, 1.8), 3, 5)
    dead = {tags[7].epc, tags[30].epc}
    scene = Scene(planted(tags, dead=dead), MOUNTS, DRIVE, 1)
    read = {seen.epc for seen in all_sightings(scene)}
    assert not read & dead
    assert len(read) >= 0.97 * (len(tags) - len(dead))


def test_tags_elsewhere_are_read_where_they_are() -> None:
    tags = rack_tags(4, (0.8,), 2, 5)
    moved = tags[0]
    assert moved.place == "0/0"
    scene = Scene(planted(tags, elsewhere={moved.epc: (3.5, 1.2, 0.8)}), MOUNTS, DRIVE, 1)
    assert scene.tags[0].place == "0/0"
    times = {
        epc: np.mean([one.at_us for one in all_sightings(scene) if one.epc == epc])
        for epc in (moved.epc, tags[1].epc, tags[7].epc)
    }
    assert abs(times[moved.epc] - times[tags[7].epc]) < abs(times[moved.epc] - times[tags[1].epc])


@pytest.mark.parametrize(
    ("y_m", "radio"),
    [
        ((1.75, 2.10), Radio()),  # the rack behind this one
        ((-1.40, -1.05), Radio(side_lobe=0.35)),  # across the aisle, with a poor antenna
    ],
)
def test_tags_of_other_racks_are_strays_that_are_weaker(
    y_m: tuple[float, float], radio: Radio
) -> None:
    own = rack_tags(4, (0.8, 1.3), 3, 5)
    others = rack_tags(4, (0.8, 1.3), 3, 6, y_m=y_m, first_item=1000)
    seen = all_sightings(Scene([*own, *others], MOUNTS, DRIVE, 1, radio))
    elsewhere = {tag.epc for tag in others}
    strays = [one for one in seen if one.epc in elsewhere]
    proper = [one for one in seen if one.epc not in elsewhere]
    assert 0 < len(strays) < 0.9 * len(proper)
    mean = np.mean([one.rssi_dbm for one in proper])
    assert np.mean([one.rssi_dbm for one in strays]) < mean - 1


def test_an_antenna_that_is_not_there_reads_nothing() -> None:
    assert Scene(rack_tags(1, (0.8,), 2, 5), MOUNTS, DRIVE, 1).sightings(80, 9, 0) == []


def test_a_hall_without_tags_is_silent() -> None:
    assert all_sightings(Scene([], MOUNTS, DRIVE, 1), 10) == []


def test_antennas_go_and_turn_with_their_robot() -> None:
    mount = AntennaMount(1, 0.2, 0.1, 1.5, yaw_rad=math.pi / 2, pitch_rad=math.pi / 6)
    at_m, looks = placed(mount, RobotPose(3.0, 4.0, math.pi / 2))
    assert at_m == pytest.approx((2.9, 4.2, 1.5))
    assert looks == pytest.approx((-math.cos(math.pi / 6), 0.0, 0.5), abs=1e-12)


def test_a_drive_is_straight_between_its_stops() -> None:
    drive = along(
        [
            (1.0, RobotPose(0.0, 0.0, math.radians(170))),
            (3.0, RobotPose(2.0, 0.0, math.radians(-170))),
            (4.0, RobotPose(2.0, 1.0, 0.0)),
        ]
    )
    assert drive(0.0) == RobotPose(0.0, 0.0, math.radians(170))
    assert drive(2.0) == pytest.approx((1.0, 0.0, math.pi))
    assert drive(3.5).y_m == pytest.approx(0.5)
    assert drive(99.0) == RobotPose(2.0, 1.0, 0.0)


TAG = SceneTag(sgtin_96(1, 1), (0.0, 1.0, 1.0))


def test_scenes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidWorld, match="same EPC"):
        Scene([TAG, TAG], MOUNTS, DRIVE, 1)
    for epc in (b"", b"abc", bytes(64)):
        with pytest.raises(InvalidWorld, match="1 to 31 words"):
            Scene([replace(TAG, epc=epc)], MOUNTS, DRIVE, 1)
    for mounts in ((), (MOUNTS[0], MOUNTS[0])):
        with pytest.raises(InvalidWorld, match="numbers of their own"):
            Scene([TAG], mounts, DRIVE, 1)
    with pytest.raises(InvalidWorld, match="no tag has this EPC"):
        planted([TAG], dead=[b"zz"])
    for stops in ([], [(1.0, RobotPose(0, 0, 0)), (1.0, RobotPose(1, 0, 0))]):
        with pytest.raises(InvalidWorld, match="rising times"):
            along(stops)
    with pytest.raises(InvalidWorld, match="read rate"):
        Radio(read_rate=1.5)


def test_epcs_of_racks_are_sgtins_of_the_example_company() -> None:
    epc = int.from_bytes(sgtin_96(5, 9), "big")
    assert epc >> 88 == 0x30
    assert epc >> 82 & 7 == 5
    assert epc >> 58 & 0xFFFFFF == 614141
    assert epc >> 38 & 0xFFFFF == 5
    assert epc & (1 << 38) - 1 == 9
    tags = rack_tags(3, (0.5, 1.0), 2, 1)
    assert len({tag.epc for tag in tags}) == 12
    for tag in tags:
        bay, level = (int(part) for part in tag.place.split("/"))
        assert bay < tag.at_m[0] < bay + 1
        assert tag.at_m[2] == pytest.approx((0.5, 1.0)[level], abs=0.19)
