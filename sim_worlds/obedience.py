"""Watches that released bases keep to the rules of the floor. Shares no code with what applies
them: geometry is worked out anew, edge by edge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, sin

import shapely

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.ids import NodeId, RobotId, RuleId, TransportOrderId
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Point, Site
from planner.warehouse.transport import OrderEdge, TransportOrder


@dataclass(frozen=True, slots=True)
class Breach:
    """A robot was given an edge that a rule forbids, or too fast."""

    at_ms: int
    robot: RobotId
    rule: RuleId
    edge: str


class Obedience:
    """``breaches`` are all that was seen so far; ``edges`` counts what was looked at."""

    def __init__(self, site: Site):
        roadmap = compile_roadmap(site)
        xy_m = roadmap.xy_m.tolist()
        self._at: dict[NodeId, Point] = {
            name: (x, y) for name, (x, y) in zip(roadmap.nodes, xy_m, strict=True)
        }
        self._aisles = {
            name
            for name, kind in zip(roadmap.nodes, roadmap.kind.tolist(), strict=True)
            if kind == NodeKind.AISLE
        }
        self._released: dict[tuple[RobotId, TransportOrderId], int] = {}
        self.breaches: list[Breach] = []
        self.edges = 0

    def look(self, rules: Sequence[FloorRule], commands: Iterable[Command], now_ms: int) -> None:
        """At what was released in a step in which ``rules`` were in force."""
        for command in commands:
            if isinstance(command, SendTransportOrder):
                for edge in self._new_edges(command.order):
                    self.edges += 1
                    self.breaches += [
                        Breach(now_ms, command.order.robot, rule.rule, str(edge.edge))
                        for rule in rules
                        if self._breaks(rule, edge)
                    ]

    def _new_edges(self, order: TransportOrder) -> list[OrderEdge]:
        """Edges released for the first time: an order may be sent again as it was."""
        key = (order.robot, order.order)
        last = self._released.get(key, 0)
        new = [edge for edge in order.edges if edge.released and edge.sequence > last]
        self._released[key] = max([last, *(edge.sequence for edge in new)])
        return new

    def _breaks(self, rule: FloorRule, edge: OrderEdge) -> bool:
        start, end = self._at[edge.start], self._at[edge.end]
        if rule.kind is RuleKind.BLOCKED:
            return self._lies_in(rule, edge.end, end) and not self._lies_in(rule, edge.start, start)
        if rule.kind is RuleKind.PRIORITY or not self._touches(rule, edge):
            return False
        if rule.kind is RuleKind.SPEED_LIMIT:
            return edge.max_speed_mps > (rule.max_speed_mps or 0.0) + 1e-9
        if edge.start not in self._aisles or edge.end not in self._aisles:
            return False
        heading = rule.heading_rad or 0.0
        ahead = (end[0] - start[0]) * cos(heading) + (end[1] - start[1]) * sin(heading)
        return ahead < -1e-9

    def _touches(self, rule: FloorRule, edge: OrderEdge) -> bool:
        start, end = self._at[edge.start], self._at[edge.end]
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        return (
            self._lies_in(rule, edge.start, start)
            or self._lies_in(rule, edge.end, end)
            or self._lies_in(rule, None, middle)
        )

    def _lies_in(self, rule: FloorRule, node: NodeId | None, point: Point) -> bool:
        if node in rule.nodes:
            return True
        if not rule.area_m:
            return False
        return bool(shapely.intersects_xy(shapely.Polygon(rule.area_m), *point))
