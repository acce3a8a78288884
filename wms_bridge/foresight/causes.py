"""Why an order is at risk: what holds it up, named, with its evidence, the weightiest first.

Three tiers: what stops the order until somebody sees to it; what disturbs the site and costs the
order a tenth of its time or more; and the load that any site has. In a tier the longer delay comes
first. A delay is what the order would gain, by the estimate of :mod:`wms_bridge.foresight.flow`, if
that one thing were right.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import hypot
from statistics import median

from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import OrderId, PodId, RobotId, Sku
from planner.warehouse.view import FloorView, RobotActivity, WaitsFor, chain_of_waits
from wms_bridge.foresight.flow import HOUR_MS, LEAST_PER_H, LEAST_SHARE, Base
from wms_bridge.foresight.situation import OpenOrder, Situation
from wms_bridge.records.foresight import Cause, CauseKind

WAITS_MS = 20_000
"""A robot that has waited for less is in ordinary traffic."""
LEAST_MS = 10_000
"""Delays below are nothing to tell."""
DISTURBS = 0.1
"""A disturbance that costs less of the time left ranks with the load."""
SATURATED = 1.5
"""A station with so many times the queue of the median station has too much."""
STARVED = 0.15
OUT_OF_WORK = 0.1
HALF_OUT = 0.5
"""Robots are too few if ``OUT_OF_WORK`` of them are out and stations are ``STARVED``, or if half of
them are out."""
NEAR_M = 0.3
MOST_CAUSES = 6
_LOAD = frozenset({CauseKind.BACKLOG, CauseKind.RELEASED_LATE, CauseKind.LINE_SHORT})
_AT_WORK = frozenset({WaitsFor.WORK, WaitsFor.PERSON})


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of the floor, worked out once for all orders. ``missing`` is what orders lack,
    ``pods`` where articles are, ``shut`` pods that cannot be fetched, by why, ``out`` robots that
    are silent or charge."""

    situation: Situation
    missing: Mapping[OrderId, Mapping[Sku, int]]
    pods: Mapping[Sku, Set[PodId]]
    shut: Mapping[PodId, tuple[CauseKind, str]]
    out: Sequence[RobotId]


def holding_of(
    situation: Situation,
    missing: Mapping[OrderId, Mapping[Sku, int]],
    pods: Mapping[Sku, Set[PodId]],
) -> Holding:
    """What holds orders up at this moment."""
    view = situation.view
    if view is None:
        return Holding(situation, missing, pods, {}, ())
    idle = (RobotActivity.SILENT, RobotActivity.CHARGE)
    out = [one.robot for one in view.robots if one.activity in idle or one.leaving]
    return Holding(situation, missing, pods, _shut_pods(view), out)


def _shut_pods(view: FloorView) -> dict[PodId, tuple[CauseKind, str]]:
    shut: dict[PodId, tuple[CauseKind, str]] = {}
    for closure in view.closures:
        for pod in view.pods:
            if any(hypot(pod.x_m - x, pod.y_m - y) < NEAR_M for x, y in closure.points):
                shut[pod.pod] = CauseKind.AISLE_CLOSED, closure.closure
    for alarm in view.alarms:
        if alarm.active and alarm.kind is AlarmKind.POD_BLOCKED:
            shut[PodId(alarm.subject)] = CauseKind.POD_BLOCKED, alarm.subject
    for robot in view.robots:
        if robot.load is not None and robot.activity is RobotActivity.SILENT:
            shut[robot.load] = CauseKind.POD_BLOCKED, robot.load
    return shut


def causes_of(order: OpenOrder, base: Base, holding: Holding) -> tuple[Cause, ...]:
    """What holds an order up, the weightiest first; at least one."""
    found = [cause for rule in _RULES for cause in rule(order, base, holding)]
    told = [one for one in found if one.delay_ms is None or one.delay_ms >= LEAST_MS]
    told.sort(key=lambda one: _weight(one, base))
    return tuple(told[:MOST_CAUSES]) or (Cause(CauseKind.UNKNOWN, delay_ms=0),)


def _weight(cause: Cause, base: Base) -> tuple[int, int]:
    if cause.delay_ms is None:
        return 0, 0
    slight = cause.delay_ms < DISTURBS * base.base_ms
    return (2 if cause.kind in _LOAD or slight else 1), -cause.delay_ms


def _no_stock(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    for sku, pieces in sorted(holding.missing.get(order.order, {}).items()):
        figures = {"missing": float(pieces), "stock": float(holding.situation.stock.get(sku, 0))}
        yield Cause(CauseKind.NO_STOCK, sku, None, figures)


def _shut_in(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    """An article all of whose pods are shut; one cause for each thing that shuts one."""
    lines: dict[tuple[CauseKind, str], list[str]] = {}
    for line in order.lines:
        pods = holding.pods.get(line.sku, frozenset())
        if pods and all(pod in holding.shut for pod in pods):
            for why in {holding.shut[pod] for pod in pods}:
                lines.setdefault(why, []).append(line.sku)
    for (kind, subject), skus in sorted(lines.items()):
        yield Cause(kind, subject, None, {"lines": float(len(skus))}, tuple(skus[:5]))


def _robot_waits(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    situation = holding.situation
    view = situation.view
    if view is None or not (order.shown or order.picked):
        return
    wanted = {line.sku for line in order.lines}
    waits = {one.robot: one.wait for one in view.robots}
    for pod, robot in sorted(situation.carried.items()):
        wait = waits.get(robot)
        if wait is None or wait.on in _AT_WORK or not wanted & situation.pod_skus.get(pod, set()):
            continue
        waited_ms = view.at_ms - wait.since_ms
        if waited_ms >= WAITS_MS:
            chain = [name for name, _ in chain_of_waits(view.robots, robot)]
            last = chain_of_waits(view.robots, robot)[-1][1]
            names = (pod, *chain, *([last.name] if last.name else []))
            figures = {"waited_s": waited_ms / 1000, "robots": float(len(chain))}
            yield Cause(CauseKind.ROBOT_WAITS, robot, waited_ms, figures, names)


def _station_closed(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    situation = holding.situation
    closed = [one for one in situation.stations.values() if not one.open]
    if order.station is not None:
        own = situation.stations.get(order.station)
        if own is not None and not own.works:
            yield Cause(CauseKind.STATION_CLOSED, own.station, None, {"queue": own.queue_lines})
        return
    nominal = max(situation.nominal_per_h, LEAST_PER_H)
    capacity = situation.capacity_per_h
    for one in closed:
        figures = {"rate_per_h": one.rate_per_h, "open_share": capacity / nominal}
        if not capacity:
            yield Cause(CauseKind.STATION_CLOSED, one.station, None, figures)
            continue
        opened = base.lines_ahead * (1 / capacity - 1 / (capacity + one.rate_per_h))
        yield Cause(CauseKind.STATION_CLOSED, one.station, round(opened * HOUR_MS), figures)


def _saturated(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    stations = holding.situation.stations
    own = stations.get(order.station) if order.station is not None else None
    if own is None or not own.works:
        return
    least = max(LEAST_PER_H, LEAST_SHARE * holding.situation.nominal_per_h)
    hours = {
        one.station: one.queue_lines / max(one.rate_per_h, least)
        for one in stations.values()
        if one.works
    }
    usual = median(hours.values())
    if len(hours) > 1 and hours[own.station] > SATURATED * usual:
        delay_ms = round((hours[own.station] - usual) * HOUR_MS)
        figures = {"queue": float(own.queue_lines), "queue_h": hours[own.station], "usual_h": usual}
        yield Cause(CauseKind.STATION_SATURATED, own.station, delay_ms, figures)


def _too_few_robots(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    situation = holding.situation
    if situation.view is None or not situation.view.robots:
        return
    robots = len(situation.view.robots)
    out = len(holding.out) / robots
    starved = [one.starved for one in situation.stations.values() if one.open]
    waiting = sum(starved) / len(starved) if starved else 0.0
    if out >= HALF_OUT or (out >= OUT_OF_WORK and waiting >= STARVED):
        figures = {"robots": float(robots), "out": float(len(holding.out)), "starved": waiting}
        delay = None if out == 1.0 else round(base.base_ms * out)
        yield Cause(CauseKind.TOO_FEW_ROBOTS, "", delay, figures, tuple(holding.out[:5]))


def _released_late(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    usual_ms = holding.situation.age_p50_ms
    if order.due_ms is None or not usual_ms:
        return
    given_ms = order.due_ms - order.received_ms
    figures = {"given_s": given_ms / 1000, "usual_s": usual_ms / 1000}
    yield Cause(CauseKind.RELEASED_LATE, "", max(0, usual_ms - given_ms), figures)


def _backlog(order: OpenOrder, base: Base, holding: Holding) -> Iterable[Cause]:
    """What goes before it on the whole site, or once it is begun the work at its station."""
    nominal = max(holding.situation.nominal_per_h, LEAST_PER_H)
    own = holding.situation.stations.get(order.station) if order.station is not None else None
    if own is None:
        delay_ms = round(base.lines_ahead / nominal * HOUR_MS)
        figures = {"lines_ahead": float(base.lines_ahead), "lines_per_h": nominal}
        yield Cause(CauseKind.BACKLOG, "", delay_ms, figures)
    elif own.works:
        figures = {"lines_ahead": float(own.queue_lines), "lines_per_h": own.rate_per_h}
        yield Cause(CauseKind.BACKLOG, own.station, base.work_ms, figures)


_RULES: Sequence[Callable[[OpenOrder, Base, Holding], Iterable[Cause]]] = (
    _no_stock,
    _shut_in,
    _robot_waits,
    _station_closed,
    _saturated,
    _too_few_robots,
    _released_late,
    _backlog,
)
