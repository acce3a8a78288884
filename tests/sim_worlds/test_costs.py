"""The cost model, checked by hand."""

from pathlib import Path

import pytest

from planner.warehouse.errors import InvalidStudy
from sim_worlds.costs import CostModel, read_costs


def test_a_shift_by_hand() -> None:
    model = CostModel(
        labour_yuan_per_h=30,
        electricity_yuan_per_kwh=0.8,
        charging_efficiency=0.5,
        robot_yuan=60_000,
        robot_years=5,
        upkeep_share_per_year=0.1,
        station_yuan=20_000,
        station_years=10,
        pod_yuan=100,
        pod_years=10,
        hours_per_year=1_000,
    )
    costs = model.of_shift(8, robots=10, stations=2, pods=50, energy_kwh=3)
    assert costs.labour_yuan == 480
    # 12,000 written off and 6,000 of upkeep a year and robot, of which 8 of 1,000 hours.
    assert costs.robots_yuan == pytest.approx(10 * 18_000 * 0.008)
    assert costs.equipment_yuan == pytest.approx((2 * 2_000 + 50 * 10) * 0.008)
    assert costs.energy_yuan == pytest.approx(3 / 0.5 * 0.8)
    assert costs.total_yuan == pytest.approx(480 + 1440 + 36 + 4.8)


def test_a_file_replaces_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text('{"labour_yuan_per_h": 25}')
    assert read_costs(path) == CostModel(labour_yuan_per_h=25.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"labor": 25}', "labour_yuan_per_h"),
        ('{"robot_years": 0}', "robot_years"),
        ('{"labour_yuan_per_h": -1}', "labour_yuan_per_h"),
        ('{"labour_yuan_per_h": "much"}', "number"),
        ('{"charging_efficiency": 1.2}', "charging_efficiency"),
        ("[1]", "object"),
        ("{", "costs.json"),
    ],
)
def test_costs_that_cannot_be_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text)
    with pytest.raises(InvalidStudy, match=said):
        read_costs(path)


def test_no_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidStudy, match=r"none\.json"):
        read_costs(tmp_path / "none.json")
