"""A rectangular goods-to-person floor: blocks of two rows of pods between one-way aisles.

Seen from above, with stations to the south (and to the north when many)::

    +--<---<---<---<---<--+    outer ring, counter-clockwise
    v [block]  ^ [block]  ^    one-way aisles between blocks, turn and turn about
    +-->---->--+-->---->--+
    v [block]  ^ [block]  ^
    +--<---<---+--<---<---+    inner lane of the station road
    +-->---->--+-->---->--+    outer lane: stations branch off and merge in here
       |  |       |  |
       +S-+       +S-+         queue, station, exit

Robots come down an aisle that leads to the road, pass a station's queue, and leave by the next
aisle that leads away from it, so that entries and exits lie on different cells of one lane.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from planner.codec.sitefile import SITE_FORMAT
from planner.roadmap.lattice import Cell, Lattice
from planner.roadmap.placement import scattered
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import ChargerId, RobotId, StationId
from planner.warehouse.site import (
    Aisle,
    Charger,
    Direction,
    PickStation,
    PodModel,
    Point,
    RobotType,
    Site,
    SiteRobot,
    StorageBlock,
)

POD = PodModel(
    size_m=0.8,
    faces=("A",),
    levels=5,
    columns=4,
    slot_capacity=200,
    boards_z_m=(0.35, 0.6, 0.85, 1.1, 1.35, 1.6),
)
"""Boards as in worlds for Gazebo (:mod:`sim_worlds.sdf.pods`)."""
ROBOT = RobotType(
    id="lifter",
    length_m=0.8,
    width_m=0.6,
    speed_mps=1.5,
    loaded_speed_mps=1.2,
    acceleration_mps2=1.0,
    turn_rate_radps=1.57,
    lift_s=3.0,
    battery_wh=350.0,
    drive_w=200.0,
    idle_w=40.0,
    charge_w=1500.0,
)
COMPACT_ROBOT = replace(ROBOT, id="compact_lifter", length_m=0.76, width_m=0.56)
"""One that turns beneath a stored pod: half its diagonal, 0.472 m, clears the corner posts of a pod
of 0.8 m, whose inner edges are 0.52 m from its middle, by 5 cm."""
_BLOCK_ROWS = 2
_BLOCK_COLUMNS = 6
_WEST = 2
"""Column of the ring's west side; column 1 is for chargers."""
_SOUTH = 3
"""Row of the outer lane of the south station road; rows 1 and 2 are for stations."""


@dataclass(frozen=True, slots=True)
class GridPlan:
    """What to build; lengths in lattice cells unless the name says metres.

    Raises :class:`InvalidSite` when built if the parts do not fit on such a floor.
    """

    name: str = "grid"
    blocks_east: int = 3
    blocks_north: int = 2
    block_columns: int = _BLOCK_COLUMNS
    stations: int = 2
    robots: int = 6
    chargers: int = 2
    pods: int | None = None
    """``None``: pods on fifteen of sixteen spots."""
    queue_cells: int = 3
    order_slots: int = 12
    pitch_m: float = 1.2
    robot: RobotType = ROBOT

    @classmethod
    def for_robots(
        cls,
        robots: int,
        *,
        name: str | None = None,
        blocks_east: int | None = None,
        blocks_north: int | None = None,
        block_columns: int | None = None,
        stations: int | None = None,
        chargers: int | None = None,
        pods: int | None = None,
    ) -> "GridPlan":
        """A balanced floor for so many robots: 18 pod spots a robot, six robots a station, eight
        a charger, and half as wide again as deep. What is given is kept as it is."""
        columns = _BLOCK_COLUMNS if block_columns is None else block_columns
        blocks = max(2, math.ceil(18 * max(robots, 1) / (max(columns, 1) * _BLOCK_ROWS)))
        stations = max(1, round(robots / 6)) if stations is None else stations
        chargers = max(1, robots // 8) if chargers is None else chargers
        if blocks_east is None:
            blocks_east = max(round(math.sqrt(blocks * 0.64)), math.ceil(stations / 2))
            # Odd: then every second aisle leads to the road, and the last one away from it.
            blocks_east += 1 - blocks_east % 2
        if blocks_north is None:
            blocks_north = max(math.ceil(blocks / max(blocks_east, 1)), math.ceil(chargers / 4))
        return cls(
            name=name or f"grid_{robots}",
            blocks_east=blocks_east,
            blocks_north=blocks_north,
            block_columns=columns,
            stations=stations,
            robots=robots,
            chargers=chargers,
            pods=pods,
        )

    def __post_init__(self) -> None:
        for field in ("blocks_east", "blocks_north", "stations", "robots", "chargers"):
            _require(getattr(self, field) >= 1, field, getattr(self, field), "Give at least 1.")
        _require(self.queue_cells >= 2, "queue_cells", self.queue_cells, "Give at least 2.")
        _require(
            self.block_columns > self.queue_cells,
            "block_columns",
            self.block_columns,
            f"A station is {self.queue_cells + 1} cells wide: use blocks at least as wide.",
        )
        most = 2 * self.blocks_east
        _require(self.stations <= most, "stations", self.stations, f"There is room for {most}.")
        most = 2 * len(self.charger_rows)
        _require(self.chargers <= most, "chargers", self.chargers, f"There is room for {most}.")
        _require(self.robots <= self.spots, "robots", self.robots, f"At most {self.spots} fit.")
        pods = self.pod_count
        _require(1 <= pods < self.spots, "pods", pods, f"Use 1 to {self.spots - 1}.")

    @property
    def spots(self) -> int:
        """Pod spots in all."""
        return self.blocks_east * self.blocks_north * self.block_columns * _BLOCK_ROWS

    @property
    def pod_count(self) -> int:
        """Pods in all."""
        return self.spots * 15 // 16 if self.pods is None else self.pods

    @property
    def north_stations(self) -> bool:
        """True if some stations stand to the north."""
        return any(north for _, north in self.berths())

    @property
    def east(self) -> int:
        """Column of the ring's east side."""
        return _WEST + self.blocks_east * (self.block_columns + 1)

    @property
    def top(self) -> int:
        """Row of the ring's north side."""
        return _SOUTH + 1 + self.blocks_north * (_BLOCK_ROWS + 1) + int(self.north_stations)

    @property
    def charger_rows(self) -> list[int]:
        """Rows beside pod spots, clear of the aisles that cross the ring."""
        south = _SOUTH + 2
        return [
            south + block * (_BLOCK_ROWS + 1) + row
            for block in range(self.blocks_north)
            for row in range(_BLOCK_ROWS)
        ]

    def berths(self) -> tuple[tuple[int, bool], ...]:
        """Column of blocks (from 0) and side (True: north) of every station.

        Best first: where the aisle before leads to the road and the aisle behind leads away.
        """
        best = list(range(0, self.blocks_east, 2))
        others = list(range(1, self.blocks_east, 2))
        chosen: list[tuple[int, bool]] = []
        for columns, north in ((best, False), (best, True), (others, False), (others, True)):
            count = min(self.stations - len(chosen), len(columns))
            chosen += [(column, north) for column in _evenly(count, columns)]
        return tuple(sorted(chosen, key=lambda berth: (berth[1], berth[0])))


def grid_site(plan: GridPlan) -> Site:
    """The site of a plan. Free spots and robots are spread over the floor, batteries between
    50 % and full, so that robots do not all charge at once."""
    lattice = Lattice(plan.pitch_m)
    blocks = tuple(_blocks(plan, lattice))
    width = plan.east + (2 if plan.chargers > 1 else 1)
    height = plan.top + (_SOUTH if plan.north_stations else 1)
    corners: list[Cell] = [(0, 0), (width, 0), (width, height), (0, height)]
    return Site(
        format=SITE_FORMAT,
        name=plan.name,
        pitch_m=plan.pitch_m,
        floor_m=tuple(lattice.centre_m(cell) for cell in corners),
        storage_blocks=blocks,
        aisles=tuple(_aisles(plan, lattice)),
        stations=tuple(_stations(plan, lattice)),
        chargers=tuple(_chargers(plan, lattice)),
        pod_model=POD,
        pod_count=plan.pod_count,
        robot_types=(plan.robot,),
        robots=tuple(_robots(plan, lattice, blocks)),
    )


def _blocks(plan: GridPlan, lattice: Lattice) -> Iterator[StorageBlock]:
    for north in range(plan.blocks_north):
        for east in range(plan.blocks_east):
            cell = (
                _WEST + 1 + east * (plan.block_columns + 1),
                _SOUTH + 2 + north * (_BLOCK_ROWS + 1),
            )
            yield StorageBlock(
                id=f"B{north * plan.blocks_east + east + 1:02d}",
                origin_m=lattice.centre_m(cell),
                columns=plan.block_columns,
                rows=_BLOCK_ROWS,
            )


def _aisles(plan: GridPlan, lattice: Lattice) -> Iterator[Aisle]:
    for number, (start, end) in enumerate(_east_west(plan), start=1):
        yield _one_way(f"EW{number:02d}", start, end, lattice)
    for number, (start, end) in enumerate(_north_south(plan), start=1):
        yield _one_way(f"NS{number:02d}", start, end, lattice)


def _east_west(plan: GridPlan) -> Iterator[tuple[Cell, Cell]]:
    """From south to north: the station road, an aisle between blocks each, the ring's top."""
    between = range(_SOUTH + 1, plan.top, _BLOCK_ROWS + 1)
    rows = [_SOUTH, *between, plan.top]
    for number, row in enumerate(rows):
        west, east = (_WEST, row), (plan.east, row)
        last = number == len(rows) - 1
        eastward = number % 2 == 0 and not last
        if plan.north_stations and number == len(rows) - 2:
            # The inner lane of the north road runs against the outer one.
            eastward = True
        yield (west, east) if eastward else (east, west)


def _north_south(plan: GridPlan) -> Iterator[tuple[Cell, Cell]]:
    for number in range(plan.blocks_east + 1):
        column = _WEST + number * (plan.block_columns + 1)
        bottom, top = (column, _SOUTH), (column, plan.top)
        northward = number % 2 == 1 or number == plan.blocks_east
        yield (bottom, top) if northward else (top, bottom)


def _one_way(name: str, start: Cell, end: Cell, lattice: Lattice) -> Aisle:
    points = (lattice.centre_m(start), lattice.centre_m(end))
    return Aisle(id=name, points_m=points, direction=Direction.FORWARD)


def _stations(plan: GridPlan, lattice: Lattice) -> Iterator[PickStation]:
    for number, (column, north) in enumerate(plan.berths(), start=1):
        lane = _lane(plan, column, north, lattice)
        yield PickStation(
            id=StationId(f"S{number:02d}"),
            position_m=lane[plan.queue_cells],
            queue_m=lane[: plan.queue_cells],
            exit_m=lane[plan.queue_cells + 1 :],
            order_slots=plan.order_slots,
        )


def _lane(plan: GridPlan, column: int, north: bool, lattice: Lattice) -> tuple[Point, ...]:
    """Away from the road, along the wall past the picker and back: queue, position, exit."""
    width = plan.queue_cells + 1
    first = _WEST + 1 + column * (plan.block_columns + 1) + (plan.block_columns - width) // 2
    along = [(first + i, _SOUTH - 2) for i in range(width)]
    cells = [(first, _SOUTH - 1), *along, (first + width - 1, _SOUTH - 1)]
    if north:
        # The north road runs west: the same lane, turned by half a turn.
        cells = [(2 * first + width - 1 - x, plan.top + _SOUTH - y) for x, y in cells]
    return tuple(lattice.centre_m(cell) for cell in cells)


def _chargers(plan: GridPlan, lattice: Lattice) -> Iterator[Charger]:
    """Half of them beside each side of the ring."""
    west = (plan.chargers + 1) // 2
    cells = [(_WEST - 1, row) for row in _evenly(west, plan.charger_rows)]
    cells += [(plan.east + 1, row) for row in _evenly(plan.chargers - west, plan.charger_rows)]
    for number, cell in enumerate(cells, start=1):
        yield Charger(id=ChargerId(f"C{number:02d}"), position_m=lattice.centre_m(cell))


def _robots(
    plan: GridPlan, lattice: Lattice, blocks: tuple[StorageBlock, ...]
) -> Iterator[SiteRobot]:
    cells = [
        (origin[0] + east, origin[1] + north)
        for block in blocks
        for origin in (lattice.nearest(block.origin_m),)
        for north in range(block.rows)
        for east in range(block.columns)
    ]
    digits = max(2, len(str(plan.robots)))
    for number, place in enumerate(scattered(plan.robots, len(cells)), start=1):
        yield SiteRobot(
            id=RobotId(f"R{number:0{digits}d}"),
            type=plan.robot.id,
            start_m=lattice.centre_m(cells[place]),
            battery=round(1.0 - 0.5 * (number - 1) / plan.robots, 2),
        )


def _evenly(count: int, places: list[int]) -> list[int]:
    """``count`` of the places at even distances."""
    return [places[(2 * i + 1) * len(places) // (2 * count)] for i in range(count)]


def _require(fine: bool, field: str, value: int, remedy: str) -> None:
    if not fine:
        raise InvalidSite("does not fit on a grid floor", field=field, value=value, remedy=remedy)
