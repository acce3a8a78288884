"""A shift to run: the site, the orders that come in, the stock that is there, and the seed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from planner.dispatch.params import DispatchParams
from planner.mapf.guidance import Guidance
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.counts import EvidenceKind
from planner.warehouse.errors import InvalidOrder, InvalidSite
from planner.warehouse.ids import ReceiptId, RobotId, Sku
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import (
    PickerKind,
    Point,
    RobotType,
    Scanner,
    Site,
    SiteRobot,
    StationRole,
)
from planner.warehouse.stock import Balance
from sim_worlds.demand import DemandParams, TimedOrder, generate_orders
from sim_worlds.edits import TimedEdit
from sim_worlds.faults import Faults
from sim_worlds.params import WorldParams
from sim_worlds.picker import ArmParams, PickerParams
from sim_worlds.sources import Backlog
from sim_worlds.stocking import opening_stock
from sim_worlds.supply import SupplyParams, TimedReceipt
from wms_bridge.orderfile import FileOrder, RejectedRow, read_orders, text_of_file

LINES_PER_ORDER = 25.2
"""Mean of the generator, see :mod:`sim_worlds.demand`."""
STATION_LINES_PER_H = 400.0
"""What a station is expected to pick: our guess, only used to spread the orders over the shift."""
SLOTS_PER_SKU = 3
ARRIVAL_SHARE = 0.8
"""Generated orders arrive in this share of the time that they are expected to take."""
RECEIVING_SHARE = 0.5
"""Goods come in during this share of the time in which orders come in."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Shift:
    """What a run is given. ``orders`` come in at their times and those of ``backlog`` as others are
    released; ``stock`` is in the slots by the books (``faults`` may make the truth differ); robots
    keep to the lanes of ``guidance``. Goods come in at their times (``receipts``), and from a
    supplier who keeps the stock up (``supply``); both need a replenishment station. Operators make
    ``edits`` of rules at their times."""

    site: Site
    orders: tuple[TimedOrder, ...]
    stock: tuple[Balance, ...]
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    world: WorldParams = field(default_factory=WorldParams)
    arms: ArmParams = field(default_factory=ArmParams)
    dispatch: DispatchParams = field(default_factory=DispatchParams)
    guidance: Guidance | None = None
    picker: PickerParams = field(default_factory=PickerParams)
    backlog: Backlog | None = None
    receipts: tuple[TimedReceipt, ...] = ()
    supply: SupplyParams | None = None
    edits: tuple[TimedEdit, ...] = ()


def generated_shift(site: Site, orders: int, seed: int) -> Shift:
    """``orders`` orders like those of a real wholesaler, in a time that keeps the site busy, and
    stock enough for them."""
    model = site.pod_model
    slots = site.pod_count * len(model.faces) * model.levels * model.columns
    skus = tuple(Sku(f"SKU{number:05d}") for number in range(1, max(2, slots // SLOTS_PER_SKU) + 1))
    pickers = sum(StationRole.PICK in station.roles for station in site.stations)
    hours = orders * LINES_PER_ORDER / (max(1, pickers) * STATION_LINES_PER_H)
    day = DemandParams()
    params = DemandParams(speed_up=(day.to_h - day.from_h) / max(0.01, hours * ARRIVAL_SHARE))
    timed = generate_orders(orders, skus, seed, params)
    stock = opening_stock(site, skus, (item.order for item in timed), seed)
    return Shift(site, timed, stock, seed)


def replenished_shift(
    site: Site,
    orders: int,
    seed: int,
    *,
    put_stations: int,
    stocked: float = 0.25,
    supply: SupplyParams | None = None,
) -> Shift:
    """A generated shift kept in stock by replenishment at its last ``put_stations`` stations; see
    :func:`kept_up`."""
    shift = generated_shift(with_replenishment(site, put_stations), orders, seed)
    return kept_up(shift, put_stations, stocked=stocked, supply=supply)


def kept_up(
    shift: Shift, put_stations: int, *, stocked: float = 0.25, supply: SupplyParams | None = None
) -> Shift:
    """The shift with stock for ``stocked`` (share) of its demand only at the start, and no slot
    with less than the largest line of its SKU. A supplier keeps the stock up, and it is put away
    at the last ``put_stations`` stations. :class:`InvalidSite` unless one is left to pick at."""
    if not 0 < stocked <= 1:
        raise ValueError(f"stocked must be in (0, 1] (found {stocked})")
    site = with_replenishment(shift.site, put_stations)
    skus = tuple(dict.fromkeys(balance.sku for balance in shift.stock))
    asked = (timed.order for timed in shift.orders)
    stock = opening_stock(site, skus, asked, shift.seed, margin=stocked - 1)
    return replace(shift, site=site, stock=stock, supply=supply or SupplyParams())


def with_replenishment(site: Site, put_stations: int) -> Site:
    """The site with its last ``put_stations`` stations for replenishment and the others for
    picking. :class:`InvalidSite` unless there is one of each."""
    if not 0 < put_stations < len(site.stations):
        raise InvalidSite(
            "a site needs a pick station and a replenishment station",
            field="put_stations",
            value=put_stations,
            remedy=f"{site.name} has {len(site.stations)} stations in all.",
        )
    first_put = len(site.stations) - put_stations
    roles = (StationRole.PICK, StationRole.REPLENISH)
    stations = tuple(
        replace(station, roles=(roles[index >= first_put],))
        for index, station in enumerate(site.stations)
    )
    return replace(site, stations=stations)


def receiving(shift: Shift, share: float) -> Shift:
    """The shift with ``share`` (0 to 1) of the stock that its orders ask for not in the pods at
    the start: whole SKUs come in at the dock, in one receipt each, at some time in the first half
    of the time in which orders come in, and no later than the first order for them. They are put
    away at the replenishment stations of the site; without any the last one becomes a
    combi-station."""
    if not 0 <= share <= 1:
        raise ValueError(f"share must be in [0, 1] (found {share})")
    first_ms: dict[Sku, int] = {}
    for timed in sorted(shift.orders, key=lambda timed: timed.at_ms):
        for line in timed.order.lines:
            first_ms.setdefault(line.sku, timed.at_ms)
    random = Random(f"{shift.seed}/receipts")
    coming = _coming(shift.stock, first_ms, share, random)
    if not coming:
        return shift
    until_ms = max(timed.at_ms for timed in shift.orders) * RECEIVING_SHARE
    receipts = [
        TimedReceipt(
            min(round(random.random() * until_ms), first_ms[sku]),
            Receipt(ReceiptId(f"R{number:06d}"), sku, quantity),
        )
        for number, (sku, quantity) in enumerate(coming.items(), start=1)
    ]
    return replace(
        shift,
        site=with_combi_station(shift.site),
        stock=tuple(balance for balance in shift.stock if balance.sku not in coming),
        receipts=tuple(sorted(receipts, key=lambda timed: timed.at_ms)),
    )


def _coming(
    stock: Iterable[Balance], wanted: Iterable[Sku], share: float, random: Random
) -> dict[Sku, int]:
    """SKUs drawn from those wanted, and what there is of them, until it is ``share`` of all that
    is wanted."""
    held = dict.fromkeys(wanted, 0)
    for balance in stock:
        if balance.sku in held:
            held[balance.sku] += balance.quantity
    left = share * sum(held.values())
    coming: dict[Sku, int] = {}
    for sku in random.sample(list(held), len(held)):
        if left <= 0:
            break
        if held[sku] > 0:
            coming[sku] = held[sku]
            left -= held[sku]
    return coming


def with_combi_station(site: Site) -> Site:
    """The site as it is if it can put goods away, else with its last station doing both."""
    if any(StationRole.REPLENISH in station.roles for station in site.stations):
        return site
    *others, last = site.stations
    both = replace(last, roles=(*last.roles, StationRole.REPLENISH))
    return replace(site, stations=(*others, both))


def with_arms(site: Site, count: int) -> Site:
    """The site with a robot arm at its first ``count`` pick stations. :class:`InvalidSite` if it
    has not so many."""
    picking = [place.id for place in site.stations if StationRole.PICK in place.roles]
    if not 0 <= count <= len(picking):
        raise InvalidSite(
            "there are not so many pick stations",
            field="arms",
            value=count,
            remedy=f"Ask for 0 to {len(picking)} arms on {site.name}.",
        )
    stations = tuple(
        replace(place, picker=PickerKind.ARM) if place.id in picking[:count] else place
        for place in site.stations
    )
    return replace(site, stations=stations)


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


COUNTER = RobotType(
    id="counter",
    length_m=0.6,
    width_m=0.5,
    speed_mps=1.5,
    loaded_speed_mps=1.5,
    acceleration_mps2=1.0,
    turn_rate_radps=1.57,
    lift_s=3.0,
    battery_wh=350.0,
    drive_w=120.0,
    idle_w=40.0,
    charge_w=1500.0,
    scanner=Scanner((EvidenceKind.RFID, EvidenceKind.CAMERA)),
    carries=False,
)
"""A small robot with a reader and cameras that carries nothing. Our assumption."""


def with_counters(site: Site, count: int, scanner: Scanner | None = None) -> Site:
    """The site with ``count`` more robots that only count, with this scanner or an RFID reader and
    cameras; they start beneath pods, on spots where no robot stands. :class:`InvalidSite` if there
    is no room, or if the site has such robots already."""
    if any(kind.id == COUNTER.id for kind in site.robot_types):
        raise InvalidSite("the site has robots that count", field="counters", value=count)
    kind = COUNTER if scanner is None else replace(COUNTER, scanner=scanner)
    points = _starts(site, count, "counters")
    added = tuple(
        SiteRobot(RobotId(f"COUNT{number:02}"), kind.id, point)
        for number, point in enumerate(points, start=1)
    )
    types = (*site.robot_types, kind)
    return replace(site, robot_types=types, robots=(*site.robots, *added))


def _starts(site: Site, count: int, field_name: str) -> list[Point]:
    """Where ``count`` more robots can start, spread over the spots."""
    roadmap = compile_roadmap(site)
    taken = set(roadmap.robots.values())
    free = [roadmap.index[spot] for spot in roadmap.spots if spot not in taken]
    if not 0 <= count <= len(free):
        raise InvalidSite(
            "there are not enough spots to start from",
            field=field_name,
            value=count,
            remedy=f"Ask for 0 to {len(free)} more robots on {site.name}.",
        )
    return [(float(x), float(y)) for x, y in roadmap.xy_m[_spread(count, free)]]


def _spread(count: int, places: Iterable[int]) -> list[int]:
    free = list(places)
    return [free[index * len(free) // count] for index in range(count)]
