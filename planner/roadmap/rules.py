"""What rules of the floor do to a roadmap, and whether the floor still works under them.

Nodes and their order never change: a rule takes edges away or slows them down. Blocked nodes are
not part of it: they are obstacles, like closures (:mod:`planner.roadmap.obstacles`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int32Array
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.reach import Reach
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.roadmap.zones import headings_against, nodes_inside, touched_edges
from planner.warehouse.errors import InvalidRule
from planner.warehouse.ids import NodeId
from planner.warehouse.rules import FloorRule, RuleKind, check_rule
from planner.warehouse.site import Site

BoolArray = npt.NDArray[np.bool_]
_NAMED_MAX = 5


def under_rules(drawn: Roadmap, rules: Iterable[FloorRule]) -> Roadmap:
    """The roadmap ``drawn`` from the site with one-way and speed rules on it."""
    neighbours, speed_mps = drawn.neighbours.copy(), drawn.speed_mps.copy()
    for rule in rules:
        if rule.kind is RuleKind.ONE_WAY:
            neighbours[_barred(drawn, rule)] = -1
        elif rule.kind is RuleKind.SPEED_LIMIT and rule.max_speed_mps is not None:
            slow = _touched(drawn, rule)
            speed_mps[slow] = np.minimum(speed_mps[slow], rule.max_speed_mps)
    for array in (neighbours, speed_mps):
        array.setflags(write=False)
    return replace(drawn, neighbours=neighbours, speed_mps=speed_mps)


def blocked_nodes(drawn: Roadmap, rule: FloorRule) -> tuple[int, ...]:
    """The nodes a rule names, and all inside its area."""
    named = {drawn.index[name] for name in rule.nodes if name in drawn.index}
    inside = nodes_inside(rule.area_m, drawn.xy_m) if rule.area_m else ()
    return tuple(sorted(named.union(inside)))


class RuleCheck:
    """Rules against one site, its roadmap compiled when first needed: :func:`check_on_floor` for
    those who have no roadmap."""

    def __init__(self, site: Site):
        self._site = site
        self._drawn: Roadmap | None = None

    def __call__(self, in_force: Sequence[FloorRule], rule: FloorRule) -> None:
        check_on_floor(self._floor(), in_force, rule)

    def has_node(self, node: NodeId) -> bool:
        """Whether the floor has a node of this name."""
        return node in self._floor().index

    def _floor(self) -> Roadmap:
        if self._drawn is None:
            self._drawn = compile_roadmap(self._site)
        return self._drawn


def check_on_floor(drawn: Roadmap, in_force: Sequence[FloorRule], rule: FloorRule) -> None:
    """Whether a rule can join those in force (of which it replaces the one with its id).

    :class:`InvalidRule` for one that makes no sense (:func:`check_rule`), names nodes the floor
    does not have, acts on nothing, turns an edge against another rule or the site, or after which
    a cell, station or charger could not be reached or left any more.
    """
    check_rule(rule)
    if rule.kind is RuleKind.PRIORITY:
        return
    for index, name in enumerate(rule.nodes):
        if name not in drawn.index:
            raise InvalidRule(
                "the floor has no such node",
                field=f"nodes[{index}]",
                value=name,
                remedy="Nodes are named c<column>r<row>, as in alarms and on the map.",
            )
    others = [other for other in in_force if other.rule != rule.rule]
    if rule.kind is RuleKind.BLOCKED:
        _check_blocked(drawn, rule)
    elif not _touched(drawn, rule).any():
        raise InvalidRule(
            "nothing drives there", field="area_m", value=list(rule.area_m), remedy=_IN_METRES
        )
    if rule.kind is RuleKind.ONE_WAY:
        _check_directions(drawn, others, rule)
    if rule.kind is not RuleKind.SPEED_LIMIT:
        _check_reach(drawn, [*others, rule], rule)


_IN_METRES = "Send metres, in the site's frame."


def _touched(drawn: Roadmap, rule: FloorRule) -> BoolArray:
    nodes = [drawn.index[name] for name in rule.nodes if name in drawn.index]
    return touched_edges(rule.area_m, drawn.xy_m, drawn.neighbours, nodes)


def _barred(drawn: Roadmap, rule: FloorRule) -> BoolArray:
    """Edges a one-way rule takes away, shape (n, 4): between aisles, against its heading."""
    if rule.heading_rad is None:
        return np.zeros(drawn.neighbours.shape, dtype=np.bool_)
    against = headings_against(rule.heading_rad)
    return _touched(drawn, rule) & _between_aisles(drawn) & against


def _between_aisles(drawn: Roadmap) -> BoolArray:
    aisle = drawn.kind == NodeKind.AISLE
    between: BoolArray = (drawn.neighbours >= 0) & aisle[:, None] & aisle[drawn.neighbours]
    return between


def _returning(links: BoolArray, drawn: Roadmap) -> BoolArray:
    """For every edge whether ``links`` (n, 4) has the one back, shape (n, 4)."""
    there = drawn.neighbours
    back = np.stack([links[there[:, h], (h + 2) % 4] for h in range(4)], axis=1)
    return back & (there >= 0)


def _check_directions(drawn: Roadmap, others: Sequence[FloorRule], rule: FloorRule) -> None:
    """No edge that the site has may lose both directions."""
    barred = _barred(drawn, rule)
    one_ways = [other for other in others if other.kind is RuleKind.ONE_WAY]
    before = drawn.neighbours >= 0
    for other in one_ways:
        before &= ~_barred(drawn, other)
    lost = barred & before & ~_returning(before & ~barred, drawn)
    if not lost.any():
        return
    start, heading = (int(found[0]) for found in np.nonzero(lost))
    edge = drawn.edge_id(start, int(drawn.neighbours[start, heading]))
    back = int(drawn.neighbours[start, heading]), (heading + 2) % 4
    against = [other.rule for other in one_ways if _barred(drawn, other)[back]]
    who = f"rule {against[0]}" if against else "the site file"
    raise InvalidRule(
        f"edge {edge} is one-way against that already, by {who}",
        field="heading_rad",
        value=rule.heading_rad,
        remedy="Clear that rule first, or leave the edge out." if against else "Leave it out.",
    )


def _check_blocked(drawn: Roadmap, rule: FloorRule) -> None:
    """Stations are closed, not blocked; one charger at least stays."""
    nodes = list(blocked_nodes(drawn, rule))
    if not nodes:
        raise InvalidRule(
            "no node lies there", field="area_m", value=list(rule.area_m), remedy=_IN_METRES
        )
    lanes = sorted({int(lane) for lane in drawn.station_of[nodes] if lane >= 0})
    if lanes:
        stations = [str(name) for name in drawn.station_nodes]
        raise InvalidRule(
            f"it would cut off station {stations[lanes[0]]}",
            field="nodes" if rule.nodes else "area_m",
            value=rule.rule,
            remedy="Keep out of station lanes; close the station instead.",
        )


def _check_reach(drawn: Roadmap, rules: Sequence[FloorRule], rule: FloorRule) -> None:
    """What a robot with a pod could come to and leave through the aisles, it still can, except for
    what the rules block."""
    blocked = np.zeros(len(drawn.nodes), dtype=np.bool_)
    for other in rules:
        if other.kind is RuleKind.BLOCKED:
            blocked[list(blocked_nodes(drawn, other))] = True
    links = under_rules(drawn, rules).neighbours.copy()
    links[blocked] = -1
    links[blocked[links] & (links >= 0)] = -1
    new, old = Reach.over(replace(drawn, neighbours=links)), Reach.over(drawn)
    root = _root(drawn, links)
    before = old.through_aisles(root) & old.through_aisles(root, backward=True) & ~blocked
    into, out = _widest(new, root, before)
    lost = _lost(drawn, old, root, into, out) | (before & ~(into & out))
    lost &= ~blocked
    if lost.any() or not (drawn.kind[~blocked] == NodeKind.SPOT).any():
        raise InvalidRule(
            f"it would cut off {_words(drawn, lost)}",
            field="area_m" if rule.area_m else "nodes",
            value=rule.rule,
            remedy="Block these, too, or leave a way to and from them."
            if rule.kind is RuleKind.BLOCKED
            else "Make it smaller, turn it round, or clear another rule first.",
        )
    _check_chargers(drawn, blocked, rule)


def _check_chargers(drawn: Roadmap, blocked: BoolArray, rule: FloorRule) -> None:
    chargers = [drawn.index[node] for node in drawn.charger_nodes.values()]
    if chargers and blocked[chargers].all():
        raise InvalidRule(
            "no charger would be left",
            field="area_m" if rule.area_m else "nodes",
            value=rule.rule,
            remedy="Leave one free.",
        )


def _root(drawn: Roadmap, links: Int32Array) -> int:
    """An aisle node to flood from, with ways on; the first one if there is none."""
    aisles = np.flatnonzero(drawn.kind == NodeKind.AISLE)
    usable = aisles[(links[aisles] >= 0).any(axis=1)]
    return int((usable if len(usable) else aisles)[0]) if len(aisles) else 0


def _widest(new: Reach, root: int, before: BoolArray) -> tuple[BoolArray, BoolArray]:
    """What is reached, and what reaches, from the side of a cut that holds more of ``before``."""
    into, out = new.through_aisles(root), new.through_aisles(root, backward=True)
    rest = np.flatnonzero(before & ~(into & out) & (new.roadmap.kind == NodeKind.AISLE))
    if len(rest) > int((before & into & out).sum()):
        other = int(rest[len(rest) // 2])
        return new.through_aisles(other), new.through_aisles(other, backward=True)
    return into, out


def _lost(drawn: Roadmap, old: Reach, root: int, into: BoolArray, out: BoolArray) -> BoolArray:
    """Station lanes that nobody could come into, or out of, any more."""
    was_into, was_out = old.through_aisles(root), old.through_aisles(root, backward=True)
    lost = np.zeros(len(drawn.nodes), dtype=np.bool_)
    for number in range(len(drawn.station_nodes)):
        lane = drawn.station_of == number
        if (was_into[lane].any() and not into[lane].any()) or (
            was_out[lane].any() and not out[lane].any()
        ):
            lost |= lane
    return lost


def _words(drawn: Roadmap, lost: BoolArray) -> str:
    """Stations, chargers, spots and aisle cells among the nodes lost."""
    stations = [
        f"station {name}" for name, node in drawn.station_nodes.items() if lost[drawn.index[node]]
    ]
    chargers = [
        f"charger {name}" for name, node in drawn.charger_nodes.items() if lost[drawn.index[node]]
    ]
    spots = int((lost & (drawn.kind == NodeKind.SPOT)).sum())
    cells = [drawn.nodes[node] for node in np.flatnonzero(lost & (drawn.kind == NodeKind.AISLE))]
    found = [*stations, *chargers]
    found += [f"{spots} pod spots"] if spots else []
    more = " ..." if len(cells) > _NAMED_MAX else ""
    found += [f"{len(cells)} aisle cells ({', '.join(cells[:_NAMED_MAX])}{more})"] if cells else []
    return ", ".join(found) or "every pod"
