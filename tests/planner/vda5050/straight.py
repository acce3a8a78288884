"""Orders along a straight line: nodes n0, n1... one metre apart on the x axis."""

from dataclasses import replace

from planner.warehouse.ids import ActionId, EdgeId, NodeId, RobotId, TransportOrderId
from planner.warehouse.transport import (
    Action,
    ActionKind,
    OrderEdge,
    OrderNode,
    TransportOrder,
)

R1 = RobotId("R1")
LIFT = Action(ActionId("lift"), ActionKind.PICK)


def straight_order(
    released: int, planned: int = 0, first: int = 0, update: int = 0, name: str = "T1"
) -> TransportOrder:
    """``released`` nodes from number ``first`` on, then ``planned`` ones."""
    last = first + released + planned - 1
    nodes = tuple(
        OrderNode(2 * i, NodeId(f"n{i}"), float(i), 0.0, i - first < released)
        for i in range(first, last + 1)
    )
    edges = tuple(
        OrderEdge(
            2 * i + 1,
            EdgeId(f"n{i}-n{i + 1}"),
            NodeId(f"n{i}"),
            NodeId(f"n{i + 1}"),
            i + 1 - first < released,
            1.0,
        )
        for i in range(first, last)
    )
    return TransportOrder(TransportOrderId(name), update, R1, nodes, edges)


def with_node(order: TransportOrder, index: int, **changes: object) -> TransportOrder:
    """The order with fields of one node changed."""
    nodes = list(order.nodes)
    nodes[index] = replace(nodes[index], **changes)  # type: ignore[arg-type]
    return replace(order, nodes=tuple(nodes))


def with_edge(order: TransportOrder, index: int, **changes: object) -> TransportOrder:
    """The order with fields of one edge changed."""
    edges = list(order.edges)
    edges[index] = replace(edges[index], **changes)  # type: ignore[arg-type]
    return replace(order, edges=tuple(edges))


def with_lift(order: TransportOrder, index: int = -1) -> TransportOrder:
    """The order with a pod to lift at one node, the last if not told otherwise."""
    return with_node(order, index, actions=(LIFT,))
