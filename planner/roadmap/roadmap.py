"""The roadmap: a site compiled to the graph that planners, robots and worlds share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int8Array, Int32Array
from planner.warehouse.ids import ChargerId, EdgeId, NodeId, PodId, RobotId, StationId

FloatArray = npt.NDArray[np.float64]


class NodeKind(IntEnum):
    """What stands on a node's cell."""

    AISLE = 0
    SPOT = 1
    """A storage place for a pod. Robots without a load drive beneath pods."""
    QUEUE = 2
    STATION = 3
    """Where the pod stands while a person picks."""
    EXIT = 4
    CHARGER = 5


@dataclass(frozen=True, slots=True, eq=False)
class Roadmap:
    """Lattice cells robots can stand on (``n`` nodes) and the directed edges between neighbours.

    Made by :func:`planner.roadmap.compile.compile_roadmap`. Arrays are read-only; nodes are
    ordered row by row from the south-west. Headings: 0 = east, 1 = north, 2 = west, 3 = south.
    Zones are already applied: an edge that is there may be driven.
    """

    nodes: tuple[NodeId, ...]
    """Names by cell: ``c012r007`` is column 12, row 7."""
    index: Mapping[NodeId, int]
    """Position of every node in ``nodes`` and in the arrays."""
    xy_m: FloatArray
    """Centre of each cell, shape (n, 2), in the site's frame."""
    neighbours: Int32Array
    """Node one cell further in each heading, shape (n, 4); -1 where no edge leads."""
    speed_mps: FloatArray
    """Speed limit of that edge from slow zones, shape (n, 4); infinite elsewhere."""
    kind: Int8Array
    """:class:`NodeKind` of each node, shape (n,)."""
    station_of: Int32Array
    """Index of the station in the site for QUEUE, STATION and EXIT nodes, else -1; shape (n,)."""
    spots: tuple[NodeId, ...]
    """Every pod spot, in node order."""
    station_nodes: Mapping[StationId, NodeId]
    """Where the pod stands at each station."""
    queue_nodes: Mapping[StationId, tuple[NodeId, ...]]
    """The cells before it, in driving order."""
    charger_nodes: Mapping[ChargerId, NodeId]
    pods: Mapping[PodId, NodeId]
    """Where each pod is stored at the start."""
    robots: Mapping[RobotId, NodeId]
    """Where each robot stands at the start."""

    def edge_id(self, start: int, end: int) -> EdgeId:
        """Name of the edge between two nodes: ``c012r007-c013r007``."""
        return EdgeId(f"{self.nodes[start]}-{self.nodes[end]}")

    def nearest(self, x_m: float, y_m: float) -> int:
        """Index of the node nearest to a point; the first in node order if several are."""
        return int(np.argmin((self.xy_m[:, 0] - x_m) ** 2 + (self.xy_m[:, 1] - y_m) ** 2))
