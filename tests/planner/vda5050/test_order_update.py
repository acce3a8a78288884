"""What makes an order acceptable: its shape, where it starts, how it continues another."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.vda5050.order_update import shape_error, start_index, stitch_index
from planner.warehouse.ids import NodeId, RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose
from planner.warehouse.transport import TransportOrder
from tests.planner.vda5050.straight import R1, straight_order, with_edge, with_lift, with_node


def test_a_well_formed_order_passes() -> None:
    assert shape_error(straight_order(3, 2), R1) is None
    assert shape_error(straight_order(1), R1) is None
    assert shape_error(straight_order(2, 1, first=4), R1) is None


ODDITIES: dict[str, tuple[Callable[[TransportOrder], TransportOrder], str]] = {
    "for another robot": (lambda o: replace(o, robot=RobotId("R2")), "robot"),
    "without an id": (lambda o: replace(o, order=TransportOrderId("")), "order"),
    "negative update": (lambda o: replace(o, update=-1), "update"),
    "no nodes": (lambda o: replace(o, nodes=(), edges=()), "nodes"),
    "an edge missing": (lambda o: replace(o, edges=o.edges[1:]), "edges"),
    "an edge too many": (lambda o: replace(o, nodes=o.nodes[:-1]), "edges"),
    "odd first node": (lambda o: with_node(o, 0, sequence=1), "nodes[0].sequence"),
    "negative first node": (lambda o: with_node(o, 0, sequence=-2), "nodes[0].sequence"),
    "node number skipped": (lambda o: with_node(o, 1, sequence=4), "sequence"),
    "node number repeated": (lambda o: with_node(o, 1, sequence=0), "sequence"),
    "edge number even": (lambda o: with_edge(o, 0, sequence=2), "sequence"),
    "first node not released": (lambda o: with_node(o, 0, released=False), "nodes[0].released"),
    "gap in the base": (
        lambda o: with_node(with_edge(o, 0, released=False), 1, released=False),
        "released",
    ),
    "edge released, its end not": (lambda o: with_edge(o, 2, released=True), "edges"),
    "node released, its edge not": (lambda o: with_edge(o, 1, released=False), "released"),
    "edge from elsewhere": (lambda o: with_edge(o, 0, start=NodeId("n9")), "edges"),
    "edge to elsewhere": (lambda o: with_edge(o, 3, end=NodeId("n9")), "edges"),
    "speed zero": (lambda o: with_edge(o, 1, max_speed_mps=0.0), "edges"),
    "speed not a number": (lambda o: with_edge(o, 1, max_speed_mps=float("nan")), "edges"),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_a_malformed_order_is_named(oddity: str) -> None:
    change, field = ODDITIES[oddity]
    error = shape_error(change(straight_order(3, 2)), R1)
    assert error is not None
    assert error.kind is ErrorKind.VALIDATION_ERROR
    assert error.text.startswith(field + ":")


def test_stitching_needs_the_same_place_number_and_release() -> None:
    update = straight_order(2, 1, first=2)
    end = update.nodes[0]
    assert stitch_index(update, end) == 0
    assert stitch_index(update, update.nodes[1]) == 1
    assert stitch_index(update, replace(end, node=NodeId("other"))) is None
    assert stitch_index(update, replace(end, sequence=0)) is None
    assert stitch_index(update, update.nodes[2]) is None, "the horizon is no base"


WHERE = [
    ("at the first node", (0.0, 0.0), 0),
    ("a little before it", (-0.04, 0.0), 0),
    ("too far before it", (-0.3, 0.0), None),
    ("on the way to the second", (0.6, 0.0), 0),
    ("beside the way", (0.6, 0.2), None),
    ("at the second: it went on", (1.0, 0.0), 1),
    ("on the way to the third", (1.5, 0.0), 1),
    ("at the end", (2.0, 0.0), 2),
    ("beyond the base", (2.5, 0.0), None),
    ("elsewhere", (7.0, 3.0), None),
]


@pytest.mark.parametrize(("where", "place", "expected"), WHERE, ids=[row[0] for row in WHERE])
def test_where_an_order_starts(
    where: str, place: tuple[float, float], expected: int | None
) -> None:
    base = straight_order(3).nodes
    assert start_index(base, Pose(*place, 0.0), 1.2, 0.05) == expected


def test_more_than_a_pitch_beyond_a_node_is_not_on_its_way() -> None:
    base = (straight_order(1).nodes[0], replace(straight_order(2).nodes[1], x_m=5.0))
    assert start_index(base, Pose(1.2, 0.0, 0.0), 1.2, 0.05) == 0
    assert start_index(base, Pose(1.4, 0.0, 0.0), 1.2, 0.05) is None


def test_a_node_with_work_is_not_passed_by() -> None:
    base = with_lift(straight_order(3), 1).nodes
    assert start_index(base, Pose(1.0, 0.0, 0.0), 1.2, 0.05) == 1
    assert start_index(base, Pose(1.5, 0.0, 0.0), 1.2, 0.05) is None
    assert start_index(base, Pose(2.0, 0.0, 0.0), 1.2, 0.05) is None
