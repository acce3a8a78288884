"""One alarm for each thing that may make orders late, not one for each order: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import OrderId
from wms_bridge.records.foresight import CauseKind, Forecast

RAISE_AT = 0.5
"""An order with this risk raises the alarm of its cause."""
HOLD_AT = 0.3
"""The alarm stands as long as an order has this much."""
CALM_MS = 60_000
"""So long nothing may be wrong with a cause before its alarm is cleared."""
MOST = 12
"""Causes that have alarms at a time; more of them are told of as soon as there is room."""
NAMED = 5
_WORDS: Mapping[CauseKind, str] = {
    CauseKind.NO_STOCK: "too little stock of {}",
    CauseKind.POD_BLOCKED: "pod {} cannot be fetched",
    CauseKind.AISLE_CLOSED: "pods in the closed part {}",
    CauseKind.ROBOT_WAITS: "robot {} carries their pod and waits",
    CauseKind.STATION_CLOSED: "station {} is closed",
    CauseKind.STATION_SATURATED: "station {} has too much to pick",
    CauseKind.TOO_FEW_ROBOTS: "too few robots work",
    CauseKind.RELEASED_LATE: "released too late for the time that orders take",
    CauseKind.BACKLOG: "more work than time",
    CauseKind.LINE_SHORT: "lines are short",
    CauseKind.UNKNOWN: "no cause was seen",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that stands: how many orders it told of, and when one was at risk last (ms)."""

    orders: int
    seen_ms: int


def subject_of(kind: CauseKind, subject: str) -> str:
    """What the alarm of a cause is about."""
    return f"{kind.value} {subject}".strip()


def alarms_for(
    forecasts: Sequence[Forecast], standing: Mapping[str, Standing], now_ms: int
) -> tuple[list[RaiseAlarm], dict[str, Standing]]:
    """What is to be told now, and which alarms stand then. One that stands is told again when the
    number of its orders has changed by a fifth or more."""
    groups: dict[str, list[Forecast]] = {}
    for one in forecasts:
        if one.causes and one.risk is not None and one.risk >= HOLD_AT:
            cause = one.causes[0]
            groups.setdefault(subject_of(cause.kind, cause.subject), []).append(one)
    told: list[RaiseAlarm] = []
    after: dict[str, Standing] = {}
    for name, was in standing.items():
        if name in groups:
            after[name] = Standing(was.orders, now_ms)
        elif now_ms - was.seen_ms < CALM_MS:
            after[name] = was
        else:
            told.append(RaiseAlarm(AlarmKind.ORDERS_LATE, name, "no order is at risk", False))
    for name, orders in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        raised = after.get(name)
        if raised is None and (len(after) >= MOST or not _raises(orders)):
            continue
        if raised is None or abs(len(orders) - raised.orders) * 5 >= max(1, raised.orders):
            told.append(_alarm(name, orders))
            after[name] = Standing(len(orders), now_ms)
    return told, after


def _raises(orders: Sequence[Forecast]) -> bool:
    return any(one.risk is not None and one.risk >= RAISE_AT for one in orders)


def _alarm(name: str, orders: Sequence[Forecast]) -> RaiseAlarm:
    cause = orders[0].causes[0]
    worst = sorted(orders, key=lambda one: (-(one.risk or 0.0), one.number))
    names = ", ".join(_shortened(one.order) for one in worst[:NAMED])
    more = f" and {len(orders) - NAMED} more" if len(orders) > NAMED else ""
    count = "1 order" if len(orders) == 1 else f"{len(orders)} orders"
    why = _WORDS[cause.kind].format(cause.subject)
    return RaiseAlarm(AlarmKind.ORDERS_LATE, name, f"{count} may be late: {why} ({names}{more})")


def _shortened(order: OrderId) -> str:
    return order if len(order) <= 40 else f"{order[:39]}…"
