"""From a description of what is varied to futures, and from a future to its row of figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from planner.dispatch.params import DispatchParams
from planner.mapf.guidance import Guidance
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import Sku
from planner.warehouse.site import Site
from sim_worlds.costs import CostModel
from sim_worlds.demand import TimedOrder
from sim_worlds.faults import Faults
from sim_worlds.picker import PickerParams
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift, with_robots
from sim_worlds.stocking import opening_stock
from sim_worlds.whatif.clone import Moment
from sim_worlds.whatif.continued import ContinuedRun
from sim_worlds.whatif.demandscale import sped_up, with_promise, with_volume
from sim_worlds.whatif.figures import Figures, Meter
from sim_worlds.whatif.knobs import (
    CLOSED,
    check_axes,
    closed_stations,
    pick_stations,
    with_params,
    with_stations,
)
from sim_worlds.whatif.vary import Axis, Settings, Value, combinations

HOUR_MS = 3_600_000
_LOOK_EVERY = 20
"""Ticks between looks at the batteries."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all futures have in common.

    ``orders`` come in at their times; those without a due time are due ``promise_h`` hours later.
    A future ends when all is done, or ``hours`` of site time after it began. With a ``moment`` it
    goes on from there: site, stock and open orders are those of the moment.
    """

    site: Site
    orders: tuple[TimedOrder, ...]
    skus: tuple[Sku, ...]
    hours: float = 24.0
    promise_h: float = 4.0
    costs: CostModel = field(default_factory=CostModel)
    dispatch: DispatchParams = field(default_factory=DispatchParams)
    faults: Faults = field(default_factory=Faults)
    guidance: Guidance | None = None
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class Future:
    """One thing to try: what of all varied it has, and the seed of everything random."""

    settings: Settings
    seed: int


@dataclass(frozen=True, slots=True)
class Row:
    """How a future went: its figures, or the ``error`` that ended it."""

    settings: Settings
    seed: int
    figures: Figures | None = None
    error: str = ""

    @property
    def future(self) -> Future:
        """The future that it is the row of."""
        return Future(self.settings, self.seed)


def futures_of(ground: Ground, axes: Sequence[Axis], seeds: int) -> tuple[Future, ...]:
    """All combinations with seeds 1 to ``seeds``, or with those that are varied themselves.

    :class:`InvalidStudy` names the first value that this ground cannot have; nothing is run.
    """
    check_axes(axes, ground.site, ground.dispatch, live=ground.moment is not None)
    own = next((axis.values for axis in axes if axis.key == "seed"), None)
    others = [axis for axis in axes if axis.key != "seed"]
    numbers = [int(seed) for seed in own] if own else list(range(1, seeds + 1))
    return tuple(
        Future(settings, seed)
        for settings in combinations(others, len(numbers))
        for seed in numbers
    )


def run_future(
    ground: Ground, future: Future, on_tick: Callable[[ShiftRun], None] | None = None
) -> Row:
    """Run one to its end. What goes wrong in it is its row's error and nobody else's."""
    try:
        figures = _figures(ground, future, on_tick)
    except Exception as error:  # whatever it is, the other futures go on
        kind = "" if isinstance(error, PodherdError) else f"{type(error).__name__}: "
        return Row(future.settings, future.seed, error=f"{kind}{error}")
    return Row(future.settings, future.seed, figures)


def _figures(ground: Ground, future: Future, on_tick: Callable[[ShiftRun], None] | None) -> Figures:
    run = begin(ground, future)
    meter = Meter(run, round(ground.promise_h * HOUR_MS))
    end_ms = run.now_ms + round(ground.hours * HOUR_MS)
    while not run.done and run.now_ms < end_ms:
        run.tick()
        if run.ticks % _LOOK_EVERY == 0:
            meter.look()
        if on_tick is not None:
            on_tick(run)
    return meter.figures(ground.costs, robots=robots_of(ground, future.settings))


def robots_of(ground: Ground, settings: Settings) -> int:
    """How many robots a future has."""
    there = len(ground.site.robots) if ground.moment is None else len(ground.moment.state.robots)
    return int(dict(settings).get("robots", there))


def begin(ground: Ground, future: Future) -> ShiftRun:
    """A run of this future that has not made a step yet."""
    values = dict(future.settings)
    shift = Shift(
        site=_site(ground, values),
        orders=_orders(ground, values, future.seed),
        stock=(),
        seed=future.seed,
        faults=ground.faults,
        dispatch=with_params(ground.dispatch, future.settings),
        guidance=ground.guidance,
        picker=PickerParams(line_s=float(values.get("pick_s", PickerParams().line_s))),
    )
    if ground.moment is not None:
        robots = None if "robots" not in values else int(values["robots"])
        closed = values.get(CLOSED)
        names = None if closed is None else closed_stations(closed, ground.site)
        return ContinuedRun(shift, ground.moment, robots, names)
    asked = (timed.order for timed in shift.orders)
    return ShiftRun(replace(shift, stock=opening_stock(shift.site, ground.skus, asked, shift.seed)))


def _site(ground: Ground, values: dict[str, Value]) -> Site:
    """The site as varied; from a moment on it stays what it is."""
    site = ground.site
    if ground.moment is not None:
        return site
    if "pods" in values:
        site = replace(site, pod_count=int(values["pods"]))
    if "stations" in values:
        site = with_stations(site, int(values["stations"]))
    return with_robots(site, int(values["robots"])) if "robots" in values else site


def _orders(ground: Ground, values: dict[str, Value], seed: int) -> tuple[TimedOrder, ...]:
    orders = ground.orders
    if "volume" in values:
        orders = with_volume(orders, float(values["volume"]), seed)
    if "speed_up" in values:
        start_ms = ground.moment.now_ms if ground.moment is not None else 0
        orders = sped_up(orders, float(values["speed_up"]), start_ms)
    return with_promise(orders, round(ground.promise_h * HOUR_MS))


def stations_of(ground: Ground, settings: Settings) -> int:
    """How many pick stations are open in a future."""
    return int(dict(settings).get("stations", len(pick_stations(ground.site))))
