"""A shift to run: the site, the orders that come in, the stock that is there, and the seed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from planner.dispatch.params import DispatchParams
from planner.mapf.guidance import Guidance
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidOrder, InvalidSite
from planner.warehouse.ids import RobotId, Sku
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from sim_worlds.demand import DemandParams, TimedOrder, generate_orders
from sim_worlds.faults import Faults
from sim_worlds.params import WorldParams
from sim_worlds.stocking import opening_stock
from wms_bridge.orderfile import FileOrder, RejectedRow, read_orders, text_of_file

LINES_PER_ORDER = 25.2
"""Mean of the generator, see :mod:`sim_worlds.demand`."""
STATION_LINES_PER_H = 400.0
"""What a station is expected to pick: our guess, only used to spread the orders over the shift."""
SLOTS_PER_SKU = 3
ARRIVAL_SHARE = 0.8
"""Generated orders arrive in this share of the time that they are expected to take."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Shift:
    """What a run is given. ``orders`` come in at their times; ``stock`` is in the slots by the
    books (``faults`` may make the truth differ); robots keep to the lanes of ``guidance``."""

    site: Site
    orders: tuple[TimedOrder, ...]
    stock: tuple[Balance, ...]
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    world: WorldParams = field(default_factory=WorldParams)
    dispatch: DispatchParams = field(default_factory=DispatchParams)
    guidance: Guidance | None = None


def generated_shift(site: Site, orders: int, seed: int) -> Shift:
    """``orders`` orders like those of a real wholesaler, in a time that keeps the site busy, and
    stock enough for them."""
    model = site.pod_model
    slots = site.pod_count * len(model.faces) * model.levels * model.columns
    skus = tuple(Sku(f"SKU{number:05d}") for number in range(1, max(2, slots // SLOTS_PER_SKU) + 1))
    hours = orders * LINES_PER_ORDER / (len(site.stations) * STATION_LINES_PER_H)
    day = DemandParams()
    params = DemandParams(speed_up=(day.to_h - day.from_h) / max(0.01, hours * ARRIVAL_SHARE))
    timed = generate_orders(orders, skus, seed, params)
    stock = opening_stock(site, skus, (item.order for item in timed), seed)
    return Shift(site, timed, stock, seed)


def recorded_shift(
    site: Site,
    path: Path,
    seed: int,
    *,
    day: date | None = None,
    limit: int | None = None,
    speed_up: float = 1.0,
) -> tuple[Shift, tuple[RejectedRow, ...]]:
    """Orders of a file (all, of one ``day``, or the first ``limit``) at their times, ``speed_up``
    times closer together; with stock for them, and the rows that could not be read.

    Raises :class:`InvalidOrder` if the file is no order file or nothing is left of it.
    """
    orders, rejected = _read(path, day)
    orders = orders[:limit]
    if not orders:
        raise InvalidOrder(
            "no orders to run", field=str(path), value=str(day or ""), remedy="Choose another day."
        )
    first_ms = orders[0].at_ms
    timed = tuple(
        TimedOrder(round((order.at_ms - first_ms) / speed_up), order.order) for order in orders
    )
    skus = tuple(dict.fromkeys(line.sku for order in orders for line in order.order.lines))
    stock = opening_stock(site, skus, (order.order for order in orders), seed)
    return Shift(site, timed, stock, seed), rejected


def _read(path: Path, day: date | None) -> tuple[list[FileOrder], tuple[RejectedRow, ...]]:
    found = list(read_orders(text_of_file(path)))
    orders = [item for item in found if isinstance(item, FileOrder) and _on(day, item)]
    orders.sort(key=lambda order: (order.at_ms, order.order.order))
    return orders, tuple(item for item in found if isinstance(item, RejectedRow))


def _on(day: date | None, order: FileOrder) -> bool:
    return day is None or order.at_ms // DAY_MS == (day - date(1970, 1, 1)).days


def with_robots(site: Site, count: int) -> Site:
    """The first ``count`` robots of the site; more are made like the first one and start beneath
    pods, on spots where no robot stands. :class:`InvalidSite` if there is no room."""
    if count < 1:
        raise InvalidSite("a shift needs robots", field="robots", value=count)
    if count <= len(site.robots):
        return replace(site, robots=site.robots[:count])
    roadmap = compile_roadmap(site)
    taken = set(roadmap.robots.values())
    free = [roadmap.index[spot] for spot in roadmap.spots if spot not in taken]
    more = count - len(site.robots)
    if more > len(free):
        raise InvalidSite(
            "there are not enough spots to start from",
            field="robots",
            value=count,
            remedy=f"Ask for at most {len(site.robots) + len(free)} robots on {site.name}.",
        )
    starts = _spread(more, free)
    points = [(float(x), float(y)) for x, y in roadmap.xy_m[starts]]
    added = (
        replace(site.robots[0], id=RobotId(f"X{number:03}"), start_m=point)
        for number, point in enumerate(points, start=1)
    )
    return replace(site, robots=(*site.robots, *added))


def _spread(count: int, places: Iterable[int]) -> list[int]:
    free = list(places)
    return [free[index * len(free) // count] for index in range(count)]
