"""Who holds which air, so that no two drones ever share a cell, whatever is late or lost.

Every cell has one holder at most: the drone that is in it, or has it ahead of it in its base or on
its way home. Held is what the drone was given for certain and what was sent and may have arrived.
Nothing is taken back; what was flown through is let go. So safety needs no clock, and a drone that
hears nobody any more flies home through air that is its own.

Nobody waits for ever. A drone waits on its pad or in its own layer only, and there holds no cell of
another layer but its shaft. What it waits for lies in its own layer or below: held by drones at
work, which have all they need to come up again, or by drones with a lower layer. So the one in the
lowest layer waits for drones at work only, and each above for those below it and for drones at
work; and a drone that waits too long flies home on what it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.flight.airspace import AirCell, Airspace
from planner.warehouse.ids import RobotId

Holdings = Mapping[RobotId, frozenset[AirCell]]


@dataclass(frozen=True, slots=True)
class FreeAir:
    """Cells of the layers ``lowest`` to ``highest`` that are open, not in another drone's shaft
    (``own_shaft`` is the column and row of its own) and not ``held`` by others."""

    space: Airspace
    lowest: int
    highest: int
    own_shaft: tuple[int, int]
    held: frozenset[AirCell] = frozenset()

    def __contains__(self, cell: object) -> bool:
        if not isinstance(cell, tuple) or cell in self.held or cell not in self.space.open:
            return False
        column, row, layer = cell
        if not self.lowest <= layer <= self.highest:
            return False
        return (column, row) == self.own_shaft or (column, row) not in self.space.shafts


def held_by_others(holdings: Holdings, drone: RobotId) -> frozenset[AirCell]:
    """What everybody but ``drone`` holds."""
    return frozenset().union(*(cells for other, cells in holdings.items() if other != drone))


def shared(holdings: Holdings) -> tuple[tuple[RobotId, RobotId, AirCell], ...]:
    """Cells with two holders: there are never any."""
    found: list[tuple[RobotId, RobotId, AirCell]] = []
    holder: dict[AirCell, RobotId] = {}
    for drone, cells in holdings.items():
        found += [(holder[cell], drone, cell) for cell in sorted(cells) if cell in holder]
        holder.update(dict.fromkeys(cells, drone))
    return tuple(found)
