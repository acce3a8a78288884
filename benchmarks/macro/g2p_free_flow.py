"""Goods to person with congestion switched off: robots that drive through each other.

A yardstick: the same decisions, but every robot takes its cheapest way as if it were alone, and
several stand on one node. Bases overlap, so nothing of this may ever be sent to real robots.
"""

import numpy as np

from planner.dispatch.phases.driving import send_moves
from planner.dispatch.phases.routing import Ways, lone_ways, requests_of
from planner.dispatch.step import Dispatcher
from planner.dispatch.turn import Turn
from planner.roadmap.access import Int32Array
from planner.traffic.release import NOBODY


class FreeDispatcher(Dispatcher):
    """Releases every robot's own way, whoever else is on it."""

    def _drive(self, turn: Turn) -> None:
        robots = list(turn.state.robots.values())
        requests = requests_of(turn, robots)
        agents = requests.agents
        hops = turn.params.base_nodes + turn.params.horizon_nodes
        alone = lone_ways(turn, requests, agents.node, agents.heading, hops)
        alone[agents.pinned] = NOBODY
        paths = np.hstack([agents.node[:, None], alone]).astype(np.int32)
        moves = _moves(alone, [len(robot.held) - 1 for robot in robots], turn.params.base_nodes)
        nobody = np.full(len(robots), NOBODY, dtype=np.int32)
        send_moves(turn, robots, Ways(paths, alone[:, :0]), moves, nobody)


def _moves(alone: Int32Array, ahead: list[int], ahead_max: int) -> Int32Array:
    """Moves (m,) that fill up every base."""
    to_go = (alone != NOBODY).sum(axis=1)
    room = np.maximum(0, ahead_max - np.array(ahead, dtype=np.int64))
    return np.minimum(to_go, room).astype(np.int32)
