"""Yuan per line, robots against walking; every assumption is in ``g2p_costs.json``.

Left out on both sides: the building, software, replenishment and packing. The walking warehouse
gets as many people as it takes to pick as many lines an hour.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from sim_worlds.costs import CostModel

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class WalkingCosts:
    """One cart a person; shelves on both sides of every aisle; written off evenly."""

    cart_yuan: float
    cart_years: float
    shelf_yuan_per_aisle_m: float
    shelf_years: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Everything in the file."""

    goods_to_person: CostModel
    walking: WalkingCosts

    def robots_per_line(
        self,
        hours: float,
        lines: float,
        *,
        robots: int,
        stations: int,
        pods: int,
        energy_kwh: float,
    ) -> float:
        """Yuan per line of a shift of ``hours`` with so many robots and stations."""
        costs = self.goods_to_person.of_shift(
            hours, robots=robots, stations=stations, pods=pods, energy_kwh=energy_kwh
        )
        return costs.total_yuan / lines

    def walking_per_line(
        self, lines_per_h: float, lines_per_picker_h: float, aisle_m: float
    ) -> float:
        """Yuan per line if people who pick ``lines_per_picker_h`` each pick ``lines_per_h`` in all,
        among ``aisle_m`` of aisles."""
        people, walking, model = (
            lines_per_h / lines_per_picker_h,
            self.walking,
            self.goods_to_person,
        )
        per_year = people * walking.cart_yuan / walking.cart_years
        per_year += aisle_m * walking.shelf_yuan_per_aisle_m / walking.shelf_years
        per_h = people * model.labour_yuan_per_h + per_year / model.hours_per_year
        return per_h / lines_per_h


def read_assumptions(file: Path = FILE) -> Assumptions:
    """Of a file; ``TypeError`` names an entry that is missing or unknown."""
    document = json.loads(file.read_text())
    return Assumptions(
        CostModel(**document["goods_to_person"]), WalkingCosts(**document["walking"])
    )
