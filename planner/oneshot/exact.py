"""Optimal solutions of small problems, with proof: a time-expanded network in CP-SAT (OR-Tools).

After P. Surynek, A. Felner, R. Stern, E. Boyarski: Efficient SAT Approach to Multi-Agent Path
Finding under the Sum of Costs Objective, ECAI 2016: a Boolean per agent, step and node that the
agent can be on without exceeding its share of what a known solution loses. Made to judge
heuristics: good for about 8 agents on 10 x 10 nodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from ortools.sat.python import cp_model

from planner.oneshot.problem import Int32Array, Solution, Ways, steps_to


class Objective(StrEnum):
    """What to minimise."""

    SUM_OF_COSTS = "sum_of_costs"
    MAKESPAN = "makespan"


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best ``solution`` found; nothing is cheaper than ``bound``."""

    solution: Solution
    bound: int
    proved: bool
    """Whether ``solution`` costs just ``bound``."""


def optimum(
    ways: Ways, known: Solution, objective: Objective, effort: float = 60.0, seed: int = 1
) -> Optimum:
    """The optimal solution, or the best one within ``effort``.

    ``known`` is any solution: how much it loses says how long an optimal path can be. ``effort`` is
    CP-SAT's deterministic time, about seconds; the answer does not depend on the machine.
    """
    network = _Network(ways, _latest(ways, known, objective))
    if objective is Objective.SUM_OF_COSTS:
        pending: Sequence[cp_model.LiteralT] = [~done for row in network.done for done in row]
    else:
        pending = network.until_all_done()
    network.model.minimize(sum(pending))
    network.hint(known)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(network.model)
    bound = round(solver.best_objective_bound)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Optimum(known, bound, proved=False)
    return Optimum(network.read(solver), bound, proved=status == cp_model.OPTIMAL)


def _latest(ways: Ways, known: Solution, objective: Objective) -> Int32Array:
    """(agents,): the largest cost an agent can have in a solution as good as ``known``."""
    alone = ways.lower_bounds
    if objective is Objective.MAKESPAN:
        return np.full(ways.agents, known.makespan, dtype=np.int32)
    slack = known.sum_of_costs - int(alone.sum())
    return np.asarray(alone + slack, dtype=np.int32)


class _Network:
    """``on[agent][step][node]``; ``done[agent][step]``: the agent rests from that step on."""

    def __init__(self, ways: Ways, latest: Int32Array) -> None:
        self.model = cp_model.CpModel()
        self.ways = ways
        self.steps = int(latest.max(initial=0)) + 1
        self.around = [
            [node, *(int(there) for there in ways.neighbours[node] if there >= 0)]
            for node in range(len(ways.neighbours))
        ]
        reach = steps_to(ways.neighbours, ways.starts)
        self.on = [
            [self._layer(agent, step, reach, latest) for step in range(self.steps)]
            for agent in range(ways.agents)
        ]
        self.done = [self._resting(agent) for agent in range(ways.agents)]
        moves: dict[tuple[int, int, int], list[cp_model.IntVar]] = {}
        for agent in range(ways.agents):
            self._flow(agent, moves)
        self._keep_apart(moves)

    def _layer(
        self, agent: int, step: int, reach: Int32Array, latest: Int32Array
    ) -> dict[int, cp_model.IntVar]:
        """The nodes an agent can be on at a step and still be home in time."""
        to_goal = self.ways.distance[agent]
        in_time = (reach[agent] <= step) & (step + to_goal <= latest[agent])
        nodes = set(np.flatnonzero(in_time).tolist())
        if step >= self.ways.lower_bounds[agent]:
            nodes.add(int(self.ways.goals[agent]))
        return {node: self.model.new_bool_var("") for node in sorted(nodes)}

    def _resting(self, agent: int) -> list[cp_model.IntVar]:
        goal = int(self.ways.goals[agent])
        done = [self.model.new_bool_var("") for _ in range(self.steps)]
        for step in range(self.steps):
            at_goal = self.on[agent][step].get(goal)
            if at_goal is None:
                self.model.add(done[step] == 0)
            else:
                self.model.add_implication(done[step], at_goal)
            if step:
                self.model.add_implication(done[step - 1], done[step])
        self.model.add(done[-1] == 1)
        return done

    def _flow(self, agent: int, moves: dict[tuple[int, int, int], list[cp_model.IntVar]]) -> None:
        """One node per step, the next a neighbour of the one before; notes who crosses an edge."""
        layers = self.on[agent]
        for layer in layers:
            self.model.add_exactly_one(layer.values())
        for step in range(1, self.steps):
            leaving: dict[int, list[cp_model.IntVar]] = {node: [] for node in layers[step - 1]}
            for node, here in layers[step].items():
                arriving = []
                for origin in self.around[node]:
                    if origin not in leaving:
                        continue
                    move = self.model.new_bool_var("")
                    leaving[origin].append(move)
                    arriving.append(move)
                    if origin != node:
                        edge = (step, min(origin, node), max(origin, node))
                        moves.setdefault(edge, []).append(move)
                self.model.add(sum(arriving) == here)
            for node, out in leaving.items():
                self.model.add(sum(out) == layers[step - 1][node])

    def _keep_apart(self, moves: dict[tuple[int, int, int], list[cp_model.IntVar]]) -> None:
        """No vertex and no edge conflicts."""
        for step in range(self.steps):
            visitors: dict[int, list[cp_model.IntVar]] = {}
            for layers in self.on:
                for node, here in layers[step].items():
                    visitors.setdefault(node, []).append(here)
            for several in visitors.values():
                self.model.add_at_most_one(several)
        for crossing in moves.values():
            self.model.add_at_most_one(crossing)

    def until_all_done(self) -> list[cp_model.IntVar]:
        """(steps,): true while an agent is not at rest."""
        pending = [self.model.new_bool_var("") for _ in range(self.steps)]
        for row in self.done:
            for step, done in enumerate(row):
                self.model.add_bool_or(done, pending[step])
        return pending

    def hint(self, known: Solution) -> None:
        """Start the solver from a solution."""
        for agent, layers in enumerate(self.on):
            for step, layer in enumerate(layers):
                at = known.paths[agent, min(step, known.makespan)]
                for node, here in layer.items():
                    self.model.add_hint(here, bool(node == at))

    def read(self, solver: cp_model.CpSolver) -> Solution:
        """The paths found."""
        paths = [
            [next(node for node, here in layer.items() if solver.value(here)) for layer in layers]
            for layers in self.on
        ]
        found = Solution(np.array(paths, dtype=np.int32))
        return Solution(found.paths[:, : found.makespan + 1])
