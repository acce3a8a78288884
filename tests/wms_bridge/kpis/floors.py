"""Views of a floor with given key figures."""

from dataclasses import dataclass, replace

from planner.warehouse.ids import PodId, StationId
from planner.warehouse.view import FloorView, Kpis, StationView
from wms_bridge.kpis.metering import reading_of
from wms_bridge.records.kpis import FloorReading

S1, S2 = StationId("S1"), StationId("S2")
STATIONS = (S1, S2)
NOTHING_YET = Kpis(
    elapsed_s=0.0,
    orders_received=0,
    orders_completed=0,
    orders_completed_short=0,
    lines_received=0,
    lines_picked=0,
    lines_shortened=0,
    picks_confirmed=0,
    lines_per_h=0.0,
    station_lines_per_h=(),
    pod_visits=0,
    pile_on=0.0,
    metres_per_line=0.0,
    robot_utilisation=0.0,
    station_idle=1.0,
    order_age_p50_s=0.0,
    order_age_p95_s=0.0,
)


@dataclass(frozen=True)
class Fleet:
    """What a fleet has counted since it began at ``began_ms``; robots were busy half of the time,
    and pick stations picked for a quarter of it."""

    began_ms: int = 0
    lines: int = 0
    visits: int = 0
    metres: float = 0.0
    busy: float = 0.5
    picking: float = 0.25

    def works(self, lines: int, visits: int = 0, metres: float = 0.0) -> "Fleet":
        """The same after some more work, all at station S1."""
        return replace(
            self,
            lines=self.lines + lines,
            visits=self.visits + visits,
            metres=self.metres + metres,
        )

    def view(self, at_ms: int, *stations: StationView) -> FloorView:
        """One frame."""
        elapsed_s = (at_ms - self.began_ms) / 1000
        hours = elapsed_s / 3600 or float("inf")
        kpis = replace(
            NOTHING_YET,
            elapsed_s=elapsed_s,
            orders_received=self.lines,
            orders_completed=self.lines,
            lines_received=self.lines,
            lines_picked=self.lines,
            picks_confirmed=self.lines,
            pod_visits=self.visits,
            lines_per_h=self.lines / hours,
            station_lines_per_h=((S1, self.lines / hours), (S2, 0.0)),
            metres_per_line=self.metres / self.lines if self.lines else 0.0,
            robot_utilisation=self.busy,
            station_idle=1 - self.picking,
        )
        return FloorView(at_ms, (), (), stations, kpis, ())

    def reading(
        self, at_ms: int, *stations: StationView, seen_ms: int | None = None
    ) -> FloorReading:
        """What the frame says of key figures; seen at that time by the bridge's clock, too."""
        read = reading_of(
            self.view(at_ms, *stations), at_ms if seen_ms is None else seen_ms, STATIONS
        )
        assert read is not None
        return read


def picking(station: StationId) -> StationView:
    """A station with a pod to pick from."""
    return StationView(station, 2, 5, PodId("P001"), 1)


def starved(station: StationId) -> StationView:
    """A station with lines to pick, and no pod."""
    return StationView(station, 2, 5, None, 1)


def closed(station: StationId) -> StationView:
    """A station that takes no orders and has none."""
    return StationView(station, 0, 0, None, 0, takes_orders=False)
