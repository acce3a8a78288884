"""Free flow: what a team would get done if its agents ignored each other.

The same assignment of tasks, and every agent drives its cheapest path to its next errand. It is a
yardstick and no strict bound: who waits for others meets other tasks.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.lifelong.rules import fitting, is_large
from planner.lifelong.tasks import Action
from planner.lifelong.team import Team
from planner.mapf.guidance import plain
from planner.mapf.planner import OperationPlanner
from planner.mapf.problem import Agents, Lattice
from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import FAR
from sim_worlds.league.instance import Instance
from sim_worlds.league.start import start_of
from sim_worlds.league.world import ActionFault, LeagueWorld


def free_flow(
    instance: Instance, steps: int, on_step: Callable[[int, int], None] = lambda step, tasks: None
) -> int:
    """Tasks finished in ``steps`` steps; ``on_step`` is told the step and the tasks so far."""
    world, team = OpenWorld(instance), LoneTeam(instance)
    while world.step < steps:
        team.observe(world.observe())
        world.apply(team.decision())
        on_step(world.step, world.tasks_finished)
    return world.tasks_finished


class OpenWorld(LeagueWorld):
    """The League's world for agents that drive through each other; walls stand."""

    def _move(self, planned: Int32Array) -> tuple[ActionFault, ...]:
        ahead = self._neighbours[self._cell, self._heading]
        onward = (planned == Action.FORWARD) & (ahead >= 0)
        turned = (planned == Action.TURN_UP) + 3 * (planned == Action.TURN_DOWN)
        self._cell = np.where(onward, ahead, self._cell).astype(np.int32)
        self._heading = ((self._heading + turned) % 4).astype(np.int32)
        return ()


class LoneTeam(Team):
    """A team whose agents plan as if each were alone."""

    def __init__(self, instance: Instance):
        start = start_of(instance)
        neighbours, agents = start.neighbours, instance.team_size
        costs = plain(len(neighbours))
        params = replace(fitting(neighbours, agents), trials=0)
        xy = start.xy if is_large(neighbours) else None
        super().__init__(neighbours, agents, params, costs.drive, costs.turn, xy=xy)
        self._planner = LonePlanner(len(neighbours), agents, params.planner)


class LonePlanner(OperationPlanner):
    """Every agent does the first action of a cheapest path to its goal."""

    _actions: npt.NDArray[np.int8]

    def plan(
        self,
        lattice: Lattice,
        agents: Agents,
        pool: npt.NDArray[np.uint16] | Int32Array,
        order: Int32Array,
        weight: npt.NDArray[np.float64],
        step_cost: int,
    ) -> None:
        self._actions = cheapest_actions(lattice.neighbours, agents, pool)

    def improve(self, trials: int) -> float:
        return 0.0

    @property
    def actions(self) -> npt.NDArray[np.int8]:
        return self._actions

    def advance(self) -> None:
        pass


def cheapest_actions(
    neighbours: Int32Array, agents: Agents, pool: npt.NDArray[np.uint16] | Int32Array
) -> npt.NDArray[np.int8]:
    """First action (m,) of a cheapest path of each agent to its goal; without one it waits.

    ``pool`` (rows, 4 * n) are the costs to go that ``agents.row`` names, on plain costs.
    """
    node, heading, row = agents.node, agents.heading, np.maximum(agents.row, 0)
    ahead = neighbours[node, heading]
    onward = pool[row, np.maximum(ahead, 0) * 4 + heading].astype(np.int64)
    ways = np.stack(
        [
            np.where(ahead >= 0, onward, FAR),
            pool[row, node * 4 + (heading + 1) % 4],
            pool[row, node * 4 + (heading + 3) % 4],
        ]
    )
    best = ways.argmin(axis=0)
    there = agents.node == agents.goal
    moving = (agents.goal >= 0) & ~there & (ways.min(axis=0) < FAR)
    chosen = np.array([Action.FORWARD, Action.TURN_UP, Action.TURN_DOWN], dtype=np.int8)[best]
    waiting: npt.NDArray[np.int8] = np.where(moving, chosen, np.int8(Action.WAIT))
    return waiting
