"""Which values the fields of a site file may take, for the parser, the checks and the schema."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Site

NAME_PATTERN = "^[A-Za-z][A-Za-z0-9_]*$"
"""Names become parts of slot ids, ROS topics and web addresses."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What one field may hold; ``None`` is no limit."""

    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    min_items: int | None = None
    is_name: bool = False

    def remedy_for(self, value: object) -> str | None:
        """What to write instead of ``value``; ``None`` if it is fine."""
        if self.is_name:
            fine = isinstance(value, str) and re.match(NAME_PATTERN, value) is not None
            return None if fine else "Use letters, digits and _, a letter first."
        if self.min_items is not None:
            fine = isinstance(value, tuple) and len(value) >= self.min_items
            return None if fine else f"Give at least {self.min_items}."
        if not isinstance(value, int | float):
            return None
        if self.above is not None and not value > self.above:
            return f"Must be more than {self.above:g}."
        if self.minimum is not None and not value >= self.minimum:
            return f"Must be at least {self.minimum:g}."
        if self.maximum is not None and not value <= self.maximum:
            return f"Must be at most {self.maximum:g}."
        return None

    def schema(self) -> dict[str, float | int | str]:
        """The same in words of JSON Schema."""
        words = {
            "minimum": self.minimum,
            "exclusiveMinimum": self.above,
            "maximum": self.maximum,
            "minItems": self.min_items,
            "pattern": NAME_PATTERN if self.is_name else None,
        }
        return {word: value for word, value in words.items() if value is not None}


_NAME = Bound(is_name=True)
_POSITIVE = Bound(above=0)
_COUNT = Bound(minimum=1)
_SOME = Bound(min_items=1)

BOUNDS: dict[tuple[str, str], Bound] = {
    ("Site", "pitch_m"): _POSITIVE,
    ("Site", "floor_m"): Bound(min_items=3),
    ("Site", "storage_blocks"): _SOME,
    ("Site", "aisles"): _SOME,
    ("Site", "stations"): _SOME,
    ("Site", "chargers"): _SOME,
    ("Site", "pod_count"): _COUNT,
    ("Site", "robot_types"): _SOME,
    ("Site", "robots"): _SOME,
    ("StorageBlock", "id"): _NAME,
    ("StorageBlock", "columns"): _COUNT,
    ("StorageBlock", "rows"): _COUNT,
    ("Aisle", "id"): _NAME,
    ("Aisle", "points_m"): Bound(min_items=2),
    ("PickStation", "id"): _NAME,
    ("PickStation", "order_slots"): _COUNT,
    ("PickStation", "roles"): _SOME,
    ("Charger", "id"): _NAME,
    ("Zone", "id"): _NAME,
    ("Zone", "polygon_m"): Bound(min_items=3),
    ("Zone", "max_speed_mps"): _POSITIVE,
    ("PodModel", "size_m"): _POSITIVE,
    ("PodModel", "faces"): _SOME,
    ("PodModel", "faces[]"): _NAME,
    ("PodModel", "levels"): _COUNT,
    ("PodModel", "columns"): _COUNT,
    ("PodModel", "slot_capacity"): _COUNT,
    ("RobotType", "id"): _NAME,
    ("RobotType", "length_m"): _POSITIVE,
    ("RobotType", "width_m"): _POSITIVE,
    ("RobotType", "speed_mps"): _POSITIVE,
    ("RobotType", "loaded_speed_mps"): _POSITIVE,
    ("RobotType", "acceleration_mps2"): _POSITIVE,
    ("RobotType", "turn_rate_radps"): _POSITIVE,
    ("RobotType", "lift_s"): Bound(minimum=0),
    ("RobotType", "battery_wh"): _POSITIVE,
    ("RobotType", "drive_w"): _POSITIVE,
    ("RobotType", "idle_w"): Bound(minimum=0),
    ("RobotType", "charge_w"): _POSITIVE,
    ("Scanner", "sees"): _SOME,
    ("Scanner", "dwell_s"): Bound(minimum=0),
    ("SiteRobot", "id"): _NAME,
    ("SiteRobot", "battery"): Bound(minimum=0, maximum=1),
}
"""By record and field of :mod:`planner.warehouse.site`; ``field[]`` is each item of a list."""


def out_of_bounds(site: Site) -> Iterator[InvalidSite]:
    """An error (not raised) for every value outside its bound, in file order."""
    yield from _walk(site, "")


def _walk(record: Any, path: str) -> Iterator[InvalidSite]:
    kind = type(record).__name__
    for item in dataclasses.fields(record):
        field = f"{path}.{item.name}" if path else item.name
        yield from _value(getattr(record, item.name), field, kind, item.name)


def _value(value: Any, field: str, kind: str, name: str) -> Iterator[InvalidSite]:
    remedy = BOUNDS.get((kind, name), Bound()).remedy_for(value)
    if remedy is not None:
        yield InvalidSite("value out of bounds", field=field, value=value, remedy=remedy)
    elif dataclasses.is_dataclass(value):
        yield from _walk(value, field)
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _value(part, f"{field}[{number}]", kind, f"{name}[]")
