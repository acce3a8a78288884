"""What a shift costs. Every figure is an assumption with a name; a JSON file can replace any."""

from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage, InvalidStudy


@dataclass(frozen=True, slots=True)
class CostModel:
    """Money in yuan. The defaults are our assumptions, not anybody's price list.

    One person stands at every open station and is paid ``labour_yuan_per_h`` for the whole shift.
    Robots, stations and pods are written off evenly over their years, each year having
    ``hours_per_year`` hours of work (two shifts of 8 h on 300 days), and
    ``upkeep_share_per_year`` of the robots' price is spent on keeping them going. Energy drawn from
    the batteries costs ``electricity_yuan_per_kwh`` over the ``charging_efficiency``.
    """

    labour_yuan_per_h: float = 30.0
    electricity_yuan_per_kwh: float = 0.8
    charging_efficiency: float = 0.85
    robot_yuan: float = 60_000.0
    robot_years: float = 5.0
    upkeep_share_per_year: float = 0.05
    station_yuan: float = 30_000.0
    station_years: float = 10.0
    pod_yuan: float = 800.0
    pod_years: float = 10.0
    hours_per_year: float = 4_800.0

    def __post_init__(self) -> None:
        above_0 = ("robot_years", "station_years", "pod_years", "hours_per_year")
        for name, value in asdict(self).items():
            if not isfinite(value) or value < 0 or (name in above_0 and value == 0):
                raise InvalidStudy(
                    "an assumption about costs must be a number of 0 or more, and years and hours "
                    "above 0",
                    field=name,
                    value=value,
                )
        if not 0 < self.charging_efficiency <= 1:
            raise InvalidStudy(
                "a share above 0 and at most 1 is needed",
                field="charging_efficiency",
                value=self.charging_efficiency,
            )

    def of_shift(
        self, hours: float, *, robots: int, stations: int, pods: int, energy_kwh: float
    ) -> "Costs":
        """What ``hours`` of work cost, with ``energy_kwh`` drawn from the robots' batteries."""
        year = hours / self.hours_per_year
        robot = self.robot_yuan * (1 / self.robot_years + self.upkeep_share_per_year)
        fixed = stations * self.station_yuan / self.station_years
        fixed += pods * self.pod_yuan / self.pod_years
        return Costs(
            labour_yuan=stations * self.labour_yuan_per_h * hours,
            robots_yuan=robots * robot * year,
            equipment_yuan=fixed * year,
            energy_yuan=energy_kwh / self.charging_efficiency * self.electricity_yuan_per_kwh,
        )


@dataclass(frozen=True, slots=True)
class Costs:
    """What a shift cost, by kind; ``equipment_yuan`` is for stations and pods."""

    labour_yuan: float
    robots_yuan: float
    equipment_yuan: float
    energy_yuan: float

    @property
    def total_yuan(self) -> float:
        """All of it."""
        return self.labour_yuan + self.robots_yuan + self.equipment_yuan + self.energy_yuan


def read_costs(path: Path) -> CostModel:
    """The model of a JSON file: ``{"labour_yuan_per_h": 25}``; what it does not name keeps its
    default. :class:`InvalidStudy` names the file and the entry that cannot be used."""
    try:
        document = decode(path.read_bytes())
    except (OSError, InvalidMessage) as error:
        raise InvalidStudy(
            f"the costs cannot be read: {error}", field=str(path), remedy="Give a JSON object."
        ) from error
    known = {spec.name for spec in fields(CostModel)}
    if not isinstance(document, dict):
        raise InvalidStudy("costs are a JSON object", field=str(path), value=document)
    for name, value in document.items():
        if name not in known:
            raise InvalidStudy(
                "no such assumption",
                field=f"{path}: {name}",
                remedy=f"Known: {', '.join(sorted(known))}.",
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidStudy("a number is needed", field=f"{path}: {name}", value=value)
    return CostModel(**{name: float(value) for name, value in document.items()})
