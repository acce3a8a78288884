"""What the bridge remembers of key figures: samples, where counting stands, a site's shifts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.warehouse.ids import StationId

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Totals:
    """What adds up over time, of a whole site: counts, metres, and times in ms of the site's clock.
    ``watched_ms`` is how long the floor was seen, ``books_ms`` how long the bridge's own figures
    were. A level (messages, cases) comes as level x ms, a share as share x ms: divided by the time
    seen it is the mean."""

    watched_ms: float = 0.0
    orders_received: float = 0.0
    orders_completed: float = 0.0
    lines_received: float = 0.0
    lines_picked: float = 0.0
    lines_shortened: float = 0.0
    picks_confirmed: float = 0.0
    pod_visits: float = 0.0
    receipts_put_away: float = 0.0
    pieces_put_away: float = 0.0
    puts_confirmed: float = 0.0
    put_visits: float = 0.0
    metres: float = 0.0
    robot_busy_ms: float = 0.0
    """Time on pod visits of a robot, on average over the robots that carry."""
    station_picking_ms: float = 0.0
    """Time with an open pick at a pod of a pick station, on average over these."""
    books_ms: float = 0.0
    picks_booked: float = 0.0
    picks_short: float = 0.0
    pieces_picked: float = 0.0
    discrepancies: float = 0.0
    backlog_ms: float = 0.0
    cases_open_ms: float = 0.0
    cases_settled: float = 0.0
    cases_right: float = 0.0
    ages_ms: float = 0.0
    """Sum of the ages of the orders completed."""


@dataclass(frozen=True, slots=True)
class StationTotals:
    """What adds up over time, of one station: lines picked there, how long it was seen
    (``watched_ms``), of this open, with a pod to pick from, and open with lines to pick but
    no pod (``starved_ms``)."""

    lines_picked: float = 0.0
    watched_ms: float = 0.0
    open_ms: float = 0.0
    picking_ms: float = 0.0
    starved_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured in some time; ``ages`` counts completed orders by the bucket of their
    age (:mod:`wms_bridge.kpis.ages`)."""

    totals: Totals = field(default_factory=Totals)
    stations: Mapping[StationId, StationTotals] = field(default_factory=dict)
    ages: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KpiSample:
    """What was measured from ``start_ms`` on for ``length_ms``, by the site's clock."""

    start_ms: int
    length_ms: int
    measured: Measured


@dataclass(frozen=True, slots=True)
class StationSeen:
    """A station as one view shows it: lines picked there since the fleet began, and its state."""

    lines_picked: float
    open: bool
    picking: bool
    starved: bool


@dataclass(frozen=True, slots=True)
class FloorReading:
    """One view of the floor, as far as key figures go: ``at_ms`` by the site's clock, ``seen_ms``
    by the bridge's. ``counts`` are since the fleet began ``elapsed_ms`` ago."""

    at_ms: int
    seen_ms: int
    elapsed_ms: int
    counts: Totals
    stations: Mapping[StationId, StationSeen]


@dataclass(frozen=True, slots=True)
class BooksReading:
    """The bridge's own figures at ``seen_ms`` of its clock, ``at_ms`` of the site's: counts since
    it was set up, and levels. Orders completed and cases settled after ``done_ms`` (the bridge's
    clock) are still to be counted."""

    at_ms: int
    seen_ms: int
    done_ms: int
    counts: Totals
    backlog: int
    cases_open: int


@dataclass(frozen=True, slots=True)
class SiteClock:
    """How the site's clock goes by the bridge's: corners ``(bridge_ms, site_ms)`` of a line, the
    earliest first. See :mod:`wms_bridge.kpis.site_clock`."""

    corners: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class KpiMeter:
    """Where counting stands: the latest readings, and the clocks."""

    floor: FloorReading | None = None
    books: BooksReading | None = None
    clock: SiteClock = field(default_factory=SiteClock)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift: from ``starts`` to ``ends``, times of day as ``06:00``; over midnight if it ends at
    or before its start."""

    name: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """The shifts of a site by its wall clock, in a time zone of the IANA data base."""

    zone: str
    shifts: tuple[Shift, ...]
    set_ms: int = 0
