"""Is an order, or an update of one, acceptable? Pure checks (VDA 5050 2.1, sections 6.6 and 6.7).

Each returns what is wrong as a :class:`RobotError`, or ``None``: a robot refuses an order in its
report and goes on with what it has; nothing is raised.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot, isfinite

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import ErrorKind, Pose, RobotError
from planner.warehouse.transport import OrderEdge, OrderNode, TransportOrder


def shape_error(order: TransportOrder, robot: RobotId) -> RobotError | None:
    """Nodes and edges in turn, numbered without gaps, the base before the horizon."""
    problem = (
        _addressee_problem(order, robot)
        or _count_problem(order)
        or _place_problem(order)
        or _numbering_problem(order)
        or _release_problem(order)
        or next(filter(None, map(_edge_problem, order.edges, pairwise(order.nodes))), "")
    )
    return refusal(ErrorKind.VALIDATION_ERROR, order, problem) if problem else None


def _addressee_problem(order: TransportOrder, robot: RobotId) -> str:
    if order.robot != robot:
        return f"robot: the order is for {order.robot!r}. Send it to that robot."
    if not order.order:
        return "order: an order needs an id (found '')."
    if order.update < 0:
        return f"update: numbers start at 0 (found {order.update})."
    return ""


def _count_problem(order: TransportOrder) -> str:
    if not order.nodes:
        return "nodes: an order needs at least one node (found none)."
    if len(order.edges) != len(order.nodes) - 1:
        return f"edges: {len(order.nodes)} nodes need one edge fewer (found {len(order.edges)})."
    return ""


def _place_problem(order: TransportOrder) -> str:
    for node in order.nodes:
        if not (isfinite(node.x_m) and isfinite(node.y_m)):
            return f"nodes: {node.node!r} needs a place (found {node.x_m}, {node.y_m})."
    return ""


def _numbering_problem(order: TransportOrder) -> str:
    first = order.nodes[0].sequence
    if first < 0 or first % 2:
        return f"nodes[0].sequence: nodes have even numbers from 0 (found {first})."
    found = [element.sequence for element in in_turn(order)]
    for expected, number in enumerate(found, start=first):
        if number != expected:
            return f"sequence: nodes and edges are numbered in turn (found {found})."
    return ""


def _release_problem(order: TransportOrder) -> str:
    if not order.nodes[0].released:
        return "nodes[0].released: an order starts with a released node (found False)."
    released = [element.released for element in in_turn(order)]
    for before, after in pairwise(released):
        if after and not before:
            return "released: the base comes before the horizon (found a released part after)."
    for node, edge in zip(order.nodes[1:], order.edges, strict=True):
        if node.released != edge.released:
            return f"edges: {edge.edge!r} must be released together with node {node.node!r}."
    return ""


def _edge_problem(edge: OrderEdge, ends: tuple[OrderNode, OrderNode]) -> str:
    if (edge.start, edge.end) != (ends[0].node, ends[1].node):
        return f"edges: {edge.edge!r} must join {ends[0].node!r} and {ends[1].node!r}."
    if not edge.max_speed_mps > 0:
        return f"edges: {edge.edge!r}.max_speed_mps must be positive (found {edge.max_speed_mps})."
    return ""


def in_turn(order: TransportOrder) -> list[OrderNode | OrderEdge]:
    """Nodes and edges as they are driven: node, edge, node ..."""
    elements: list[OrderNode | OrderEdge] = [order.nodes[0]]
    for edge, node in zip(order.edges, order.nodes[1:], strict=True):
        elements += (edge, node)
    return elements


def stitch_index(order: TransportOrder, base_end: OrderNode) -> int | None:
    """Where the last node of the base a robot has stands in an update; ``None`` if nowhere.

    Place, number and release must all agree, else the update continues some other base.
    """
    for index, node in enumerate(order.nodes):
        if node.sequence == base_end.sequence:
            return index if node.node == base_end.node and node.released else None
    return None


def start_index(
    nodes: Sequence[OrderNode], pose: Pose, pitch_m: float, tolerance_m: float
) -> int | None:
    """Which of the base's nodes counts as passed by a robot at ``pose``; ``None`` if none does.

    The robot must stand at a node, or less than one pitch beyond it on the line to the next. The
    first such node of the base is taken: a robot that forgot its order in a restart may have gone
    on along it. Nodes with actions to do count only where the robot stands at them, and none
    beyond them is looked at.
    """
    for index, node in enumerate(nodes):
        if hypot(pose.x_m - node.x_m, pose.y_m - node.y_m) <= tolerance_m:
            return index
        if node.actions:
            return None
        if index + 1 < len(nodes) and _between(pose, node, nodes[index + 1], pitch_m, tolerance_m):
            return index
    return None


def _between(
    pose: Pose, start: OrderNode, end: OrderNode, pitch_m: float, tolerance_m: float
) -> bool:
    """Is the pose on the line from ``start`` towards ``end``, within a pitch, short of ``end``?"""
    length = hypot(end.x_m - start.x_m, end.y_m - start.y_m)
    if length == 0:
        return False
    along_x, along_y = (end.x_m - start.x_m) / length, (end.y_m - start.y_m) / length
    dx, dy = pose.x_m - start.x_m, pose.y_m - start.y_m
    along, across = dx * along_x + dy * along_y, dy * along_x - dx * along_y
    furthest = min(length - tolerance_m, pitch_m + tolerance_m)
    return 0 <= along <= furthest and abs(across) <= tolerance_m


def refusal(kind: ErrorKind, order: TransportOrder, problem: str) -> RobotError:
    """The error a robot reports about an order it does not take; refers to ``order/update``."""
    return RobotError(kind, f"{order.order}/{order.update}", problem)
