"""What alarm policies do, each deed by the rule that a person's wish goes by, and how it is put
back. Everything is checked before the first change: what raises leaves no trace."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import InterventionId, RobotId, RuleId, SlotId, StationId
from planner.warehouse.interventions import Intervention, InterventionKind
from wms_bridge.changing import prioritise_order
from wms_bridge.deciding import Decision, decide_count
from wms_bridge.interventions.asking import Asked, HasNode, any_node, ask
from wms_bridge.openings import check_station, set_station, stations
from wms_bridge.policies.errors import InvalidAlarmPolicy
from wms_bridge.ports.store import Writing
from wms_bridge.records.counts import CaseAction, CountParams
from wms_bridge.records.policies import ActionKind, OrderRank, PolicyAction, Undo
from wms_bridge.records.work import OrderQuery, OrderStatus, Sort
from wms_bridge.ruling import RuleChecker, clear_rule, find_rule, set_rule
from wms_bridge.shelves import Shelves

MINUTE_MS = 60_000
_LOOKED_THROUGH = 1000
"""Open orders, the oldest first, of which the most pressing are rushed."""
STOPS = {
    ActionKind.STOP_ROBOT: InterventionKind.STOP,
    ActionKind.STOP_AREA: InterventionKind.STOP,
    ActionKind.REROUTE_ROBOT: InterventionKind.REROUTE,
    ActionKind.TAKE_OUT_ROBOT: InterventionKind.TAKE_OUT,
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What deeds need besides the store."""

    shelves: Shelves
    check_rule: RuleChecker
    counting: CountParams
    site_robots: Set[RobotId]
    has_node: HasNode = any_node
    robots: Callable[[], Set[RobotId]] = field(default=frozenset)
    """Robots seen on the floor besides the site's own."""


@dataclass(frozen=True, slots=True)
class Deed:
    """``do`` with ``target``; ``name`` is one of its own, for what has to be named; ``by`` and
    ``reason`` stand where a person's would, who may decide if ``decides``."""

    do: PolicyAction
    target: str
    name: str
    by: str
    reason: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What a deed changed; nothing if there are no ``touches``."""

    touches: str = ""
    towards: str = ""
    undo: Undo | None = None


NOTHING = Effect()


def do(tx: Writing, tools: Tools, deed: Deed, now_ms: int) -> Effect:
    """Do it. :class:`PodherdError` as the rule of each kind raises it."""
    match deed.do.kind:
        case ActionKind.CLOSE_STATION | ActionKind.OPEN_STATION:
            return _station(tx, tools, deed, now_ms)
        case ActionKind.SET_RULE:
            return _set_rule(tx, tools, deed, now_ms)
        case ActionKind.CLEAR_RULE:
            return _clear_rule(tx, deed, now_ms)
        case ActionKind.RUSH_ORDERS:
            return _rush(tx, deed, now_ms)
        case ActionKind.RECOUNT:
            return _recount(tx, tools, deed, now_ms)
        case _:
            return _intervene(tx, tools, deed, now_ms)


def _station(tx: Writing, tools: Tools, deed: Deed, now_ms: int) -> Effect:
    name, close = StationId(deed.target), deed.do.kind is ActionKind.CLOSE_STATION
    check_station(tools.shelves, name)
    before = next(one for one in stations(tx, tools.shelves) if one.station == name)
    after = set_station(tx, tools.shelves, name, close, deed.do.at_once, now_ms)
    if after == before:
        return NOTHING
    undo = Undo(station=name, closed=before.closed, at_once=before.at_once)
    return Effect(f"station/{name}", "closed" if close else "open", undo)


def _set_rule(tx: Writing, tools: Tools, deed: Deed, now_ms: int) -> Effect:
    rule = deed.do.rule
    assert rule is not None, "checked when the policy was kept"
    before = next((one.rule for one in tx.rules() if one.rule.rule == rule.rule), None)
    if before == rule:
        return NOTHING
    set_rule(tx, rule, tools.check_rule, now_ms)
    undo = Undo(clear_rule=rule.rule) if before is None else Undo(set_rule=before)
    return Effect(f"rule/{rule.rule}", "set", undo)


def _clear_rule(tx: Writing, deed: Deed, now_ms: int) -> Effect:
    name = RuleId(deed.target)
    before = next((one.rule for one in tx.rules() if one.rule.rule == name), None)
    if before is None:
        return NOTHING
    clear_rule(tx, name, now_ms)
    return Effect(f"rule/{name}", "clear", Undo(set_rule=before))


def _rush(tx: Writing, deed: Deed, now_ms: int) -> Effect:
    query = OrderQuery(status=OrderStatus.OPEN, sort=Sort.OLDEST, limit=_LOOKED_THROUGH)
    until_ms, priority = now_ms + deed.do.within_min * MINUTE_MS, deed.do.priority
    pressing = sorted(
        (one.due_ms, one.number, one)
        for one in tx.orders(query)
        if one.due_ms is not None and one.due_ms <= until_ms and one.priority < priority
    )
    ranks: list[OrderRank] = []
    for _, _, order in pressing[: deed.do.most]:
        prioritise_order(tx, order.order, priority, None, None, now_ms)
        ranks.append(OrderRank(order.order, order.priority, priority))
    if not ranks:
        return NOTHING
    return Effect("orders", f"priority {priority}", Undo(ranks=tuple(ranks)))


def _recount(tx: Writing, tools: Tools, deed: Deed, now_ms: int) -> Effect:
    case = tx.slot_case(SlotId(deed.target))
    if case is None:
        raise NotFound("nothing was counted in this slot", field="do.target", value=deed.target)
    decision = Decision(CaseAction.RECOUNT, deed.reason, deed.by, case.version)
    decide_count(tx, tools.shelves, case.case, decision, tools.counting, now_ms)
    return Effect(f"slot/{deed.target}", "recount")


def _intervene(tx: Writing, tools: Tools, deed: Deed, now_ms: int) -> Effect:
    kind = deed.do.kind
    robots = () if kind is ActionKind.STOP_AREA else (RobotId(deed.target),)
    named = deed.name if STOPS[kind] is InterventionKind.STOP else ""
    wanted = Intervention(
        InterventionId(f"policy/{deed.name}"), STOPS[kind], named, robots, deed.do.area_m
    )
    asked = Asked(
        wanted, deed.by, deed.reason, decides=deed.decides, robots=frozenset(tools.robots())
    )
    ask(tx, asked, tools.site_robots, tools.has_node, now_ms)
    what = f"robot/{deed.target}" if robots else "area"
    if kind is ActionKind.REROUTE_ROBOT:
        return Effect(what, "reroute")
    undo = Undo(take_in=robots) if kind is ActionKind.TAKE_OUT_ROBOT else Undo(lift_stop=named)
    return Effect(what, kind.value, undo)


@dataclass(frozen=True, slots=True)
class RollbackBy:
    """Who puts something back, why, and whether they may decide."""

    by: str
    reason: str
    decides: bool


def roll_back(
    tx: Writing, tools: Tools, undo: Undo, name: str, who: RollbackBy, now_ms: int
) -> None:
    """Put back what a deed changed. :class:`NotFound` or :class:`InvalidAlarmPolicy` if it is not
    any more as the deed left it, and nothing is done then."""
    if undo.station is not None:
        _reset_station(tx, tools, undo, now_ms)
    if undo.clear_rule is not None:
        find_rule(tx, undo.clear_rule)
        clear_rule(tx, undo.clear_rule, now_ms)
    if undo.set_rule is not None:
        set_rule(tx, undo.set_rule, tools.check_rule, now_ms)
    if undo.lift_stop:
        _ask(tx, tools, who, InterventionKind.LIFT_STOP, name, now_ms, stop=undo.lift_stop)
    if undo.take_in:
        _ask(tx, tools, who, InterventionKind.TAKE_IN, name, now_ms, robots=undo.take_in)
    for rank in undo.ranks:
        order = tx.order(rank.order)
        # What somebody gave another rank since, or is finished, stays as it is.
        if order and order.status is OrderStatus.OPEN and order.priority == rank.after:
            prioritise_order(tx, rank.order, rank.before, None, None, now_ms)


def _reset_station(tx: Writing, tools: Tools, undo: Undo, now_ms: int) -> None:
    now = next(one for one in stations(tx, tools.shelves) if one.station == undo.station)
    if now.closed is undo.closed:
        raise InvalidAlarmPolicy(
            "somebody has put it back already",
            field="station",
            value=undo.station,
            remedy="Look at how it is now.",
        )
    set_station(tx, tools.shelves, now.station, undo.closed, undo.at_once, now_ms)


def _ask(
    tx: Writing,
    tools: Tools,
    who: RollbackBy,
    kind: InterventionKind,
    name: str,
    now_ms: int,
    *,
    stop: str = "",
    robots: tuple[RobotId, ...] = (),
) -> None:
    wanted = Intervention(InterventionId(f"rollback/{name}"), kind, stop, robots)
    asked = Asked(wanted, who.by, who.reason, decides=who.decides)
    asked = replace(asked, robots=frozenset({*tools.robots(), *robots}))
    ask(tx, asked, tools.site_robots, tools.has_node, now_ms)
