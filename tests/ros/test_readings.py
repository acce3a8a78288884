"""However readings arrive, each odometry is answered by the same ones."""

from dataclasses import dataclass, field
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.robot import Pose
from podherd_robot.base_drive import BaseDrive
from podherd_robot.readings import Reading, Readings
from podherd_ros.base import Equipment, MarkerSighting, Scan


@dataclass
class PaperDrive:
    """Writes down what it is handed."""

    felt: list[Reading] = field(default_factory=list)

    def feel_scan(self, scan: Scan) -> None:
        self.felt.append(scan)

    def feel_marker(self, sighting: MarkerSighting) -> None:
        self.felt.append(sighting)

    def feel_equipment(self, equipment: Equipment) -> None:
        self.felt.append(equipment)


def made_at(at_ms: int) -> list[Reading]:
    return [
        Scan(at_ms, 0.4, -1.5, 0.1, (1.0,)),
        MarkerSighting(at_ms, "N:c001r001", Pose(0.0, 0.0, 0.0), 0.002, 0.01),
        Equipment(at_ms, None, 0.5, False),
    ]


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 2), min_size=5, max_size=5))
def test_arrival_makes_no_difference(random: object, late: list[int]) -> None:
    """Readings of one moment arrive in any order, before or after the odometry of that moment."""
    shuffled = cast("object", random)
    results = []
    for shuffle in (False, True):
        readings, drive = Readings(), PaperDrive()
        for moment, arrives in enumerate(late):
            now_ms = 100 * moment
            made = made_at(now_ms)
            if shuffle:
                shuffled.shuffle(made)  # type: ignore[attr-defined]
            before, after = made[:arrives], made[arrives:]
            for reading in before if shuffle else ():
                readings.add(reading)
            readings.hand_on(cast("BaseDrive", drive), now_ms)
            for reading in after if shuffle else made:
                readings.add(reading)
        results.append(drive.felt)
    assert results[0] == results[1]
    assert [reading.at_ms for reading in results[0]] == [0] * 3 + [100] * 3 + [200] * 3 + [300] * 3


def test_a_clock_that_runs_ahead_does_not_fill_the_memory() -> None:
    readings, drive = Readings(), PaperDrive()
    for i in range(1_000):
        readings.add(Scan(10_000_000 + i, 0.4, -1.5, 0.1, (1.0,)))
    readings.hand_on(cast("BaseDrive", drive), 20_000_000)
    assert [reading.at_ms for reading in drive.felt] == [10_000_950 + i for i in range(50)]
