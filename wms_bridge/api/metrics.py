"""What is going on, as metrics for Prometheus: made of the state whenever they are asked for.

Names keep to Prometheus' rules: base units, ``_total`` for what only grows. Labels are bounded by
the site: its stations, kinds of activity, kinds of alarm; robots have none, as there may be a
thousand. Counters of the floor go on when the fleet begins anew; when the bridge does they begin at
0, as Prometheus expects: one that fell by a little would be taken for a new one of full height.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from planner.warehouse.view import FloorView, RobotActivity, WaitsFor
from wms_bridge.api.context import Context
from wms_bridge.kpis.ages import upper_s
from wms_bridge.outbox import DeliveryStatus
from wms_bridge.ports.store import Reading
from wms_bridge.records.kpis import Measured, Totals
from wms_bridge.records.work import Tally

AGES_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
"""Upper ends of the buckets in which ages of orders are told (s)."""
_FLOOR: Mapping[str, tuple[str, str, float]] = {
    "watched_ms": ("watched_seconds", "Site time in which the floor was seen", 1e-3),
    "orders_received": ("orders_received", "Orders the fleet has received", 1),
    "orders_completed": ("orders_completed", "Orders the fleet has completed", 1),
    "lines_received": ("lines_received", "Order lines the fleet has received", 1),
    "lines_picked": ("lines_picked", "Order lines of which something was picked", 1),
    "lines_shortened": ("lines_shortened", "Order lines that came out short", 1),
    "picks_confirmed": ("picks_confirmed", "Picks confirmed to the fleet", 1),
    "pod_visits": ("pod_visits", "Visits of pods to stations for picking", 1),
    "puts_confirmed": ("puts_confirmed", "Puts confirmed to the fleet", 1),
    "put_visits": ("put_visits", "Visits of pods at which something was put", 1),
    "metres": ("driven_metres", "Driven by robots that carry", 1),
    "robot_busy_ms": ("robot_busy_seconds", "Time on pod visits, mean of the robots", 1e-3),
    "station_picking_ms": (
        "station_picking_seconds",
        "Time with an open pick at a pod, mean of the pick stations",
        1e-3,
    ),
}
_STATION: Mapping[str, tuple[str, str, float]] = {
    "lines_picked": ("lines_picked", "Order lines picked at the station", 1),
    "watched_ms": ("watched_seconds", "Site time in which the station was seen", 1e-3),
    "open_ms": ("open_seconds", "Time in which it took orders or had some", 1e-3),
    "picking_ms": ("picking_seconds", "Time with a pod to pick from", 1e-3),
    "starved_ms": ("starved_seconds", "Time open with lines to pick but no pod", 1e-3),
}
_CASES: Mapping[str, tuple[str, str]] = {
    "cases_settled": ("count_cases_settled", "Counts of slots that came to an end"),
    "cases_right": ("count_cases_right", "Of these, those in which the books were right"),
}


def registry_of(context: Context) -> CollectorRegistry:
    """A registry of its own for one scrape: the bridge, the floor, and this process."""
    registry = CollectorRegistry()
    registry.register(StateCollector(context))
    ProcessCollector(registry=registry)
    return registry


class StateCollector(Collector):
    """Makes metrics of the state of a bridge."""

    def __init__(self, context: Context):
        self._context = context

    def collect(self) -> Iterator[Metric]:
        """All of them, of one moment of the store."""
        context = self._context
        bridge = context.bridge
        told = InfoMetricFamily("podherd_build", "The program and the site it runs")
        told.add_metric([], {"version": version("podherd"), "site": bridge.site.name})
        yield told
        with bridge.store.reading() as tx:
            metrics = [*_books(tx), *_alarms(tx)]
        yield from metrics
        yield from _delivery(context)
        yield from _measured(bridge.kpis.since_start())
        now_ms = context.clock()
        yield _gauge("podherd_site_time_seconds", "The site's clock", bridge.kpis.now(now_ms) / 1e3)
        age_ms = context.latest.age_ms(now_ms)
        if age_ms is not None and context.latest.view is not None:
            yield _gauge("podherd_view_age_seconds", "Age of the newest view", age_ms / 1e3)
            yield from _floor(context.latest.view)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: no name is made twice."""
        return ()


def _books(tx: Reading) -> Iterator[Metric]:
    for tally, count in tx.tallies().items():
        yield _counter(f"podherd_{tally.value}", _TALLIES.get(tally, _plain(tally)), count)
    outbox = GaugeMetricFamily(
        "podherd_outbox_messages", "Messages for the WMS, by how they are", labels=["state"]
    )
    outbox.add_metric(["pending"], tx.backlog())
    outbox.add_metric(["dead"], tx.dead_count())
    yield outbox
    yield _gauge("podherd_count_cases_open", "Counts still to be decided", tx.open_case_count())


def _alarms(tx: Reading) -> Iterator[Metric]:
    alarms = GaugeMetricFamily(
        "podherd_alarms",
        "Alarms that are not normal or shelved, by severity and state (ISA-18.2)",
        labels=["severity", "state", "shelved"],
    )
    for one in tx.alarm_counts():
        shelved = "yes" if one.shelved else "no"
        alarms.add_metric([one.severity.value, one.state.value, shelved], one.count)
    yield alarms


def _delivery(context: Context) -> Iterator[Metric]:
    if context.delivery is None:
        return
    status: DeliveryStatus = context.delivery.status
    yield _gauge(
        "podherd_wms_failures", "Attempts in a row that did not reach the WMS", status.failures
    )
    if status.last_delivered_ms is not None:
        yield _gauge(
            "podherd_wms_last_delivered_timestamp_seconds",
            "When the WMS last took a message (s since 1970 UTC)",
            status.last_delivered_ms / 1e3,
        )


def _measured(whole: Measured) -> Iterator[Metric]:
    for field, (name, text, unit) in _FLOOR.items():
        yield _counter(f"podherd_floor_{name}", text, getattr(whole.totals, field) * unit)
    for field, (name, text) in _CASES.items():
        yield _counter(f"podherd_{name}", text, getattr(whole.totals, field))
    for field, (name, text, unit) in _STATION.items():
        family = CounterMetricFamily(f"podherd_station_{name}", text, labels=["station"])
        for station, totals in sorted(whole.stations.items()):
            family.add_metric([station], getattr(totals, field) * unit)
        yield family
    yield _ages(whole.ages, whole.totals)


def _ages(ages: Mapping[int, float], totals: Totals) -> Metric:
    buckets = [
        (str(float(end)), sum(n for bucket, n in ages.items() if upper_s(bucket) <= end * 1.01))
        for end in AGES_S
    ]
    buckets.append(("+Inf", sum(ages.values())))
    return HistogramMetricFamily(
        "podherd_order_age_seconds",
        "From the receipt of an order to its completion, by the site's clock",
        buckets=buckets,
        sum_value=totals.ages_ms / 1e3,
    )


def _floor(view: FloorView) -> Iterator[Metric]:
    doing = Counter(robot.activity for robot in view.robots)
    robots = GaugeMetricFamily("podherd_robots", "Robots, by what they do", labels=["activity"])
    for activity in RobotActivity:
        robots.add_metric([activity.value], doing[activity])
    yield robots
    waiting = Counter(robot.wait.on for robot in view.robots if robot.wait is not None)
    waits = GaugeMetricFamily(
        "podherd_robots_waiting", "Robots that cannot get on, by what they wait for", labels=["on"]
    )
    for on in WaitsFor:
        waits.add_metric([on.value], waiting[on])
    yield waits
    if view.robots:
        lowest = min(robot.battery for robot in view.robots)
        yield _gauge("podherd_robot_battery_lowest_ratio", "Charge of the emptiest robot", lowest)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _plain(tally: Tally) -> str:
    return f"{tally.value.replace('_', ' ').capitalize()} since the bridge was set up"


_TALLIES: Mapping[Tally, str] = {
    Tally.COUNTS_TAKEN: "Counts of slots from sensors",
    Tally.PICKS_FAILED: "Picks that a robot arm failed at",
    Tally.LINES_ROUTED: "Order lines handed back for another flow",
}
