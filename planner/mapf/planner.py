"""The planner of :mod:`planner.mapf`: one operation per agent, free of conflicts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.mapf.epibt import epibt
from planner.mapf.halves import apart, levels
from planner.mapf.inheritance import Chain, Ranks, UInt64Array
from planner.mapf.lns import improve, value_now
from planner.mapf.menu import Menu, Strings, fill, offers_all
from planner.mapf.operations import Operations, Profile, operations
from planner.mapf.problem import NOBODY, Agents, Lattice
from planner.mapf.reservations import Reservations, clear_all, reserve_all
from planner.roadmap.access import Int32Array

_OTHER_CORE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mapf")
"""The kernels hold no lock, so a second thread is a second core."""


@dataclass(frozen=True, slots=True)
class PlannerParams:
    """``depth`` steps are planned; an agent may displace others ``inherit_budget`` times in the
    first pass and ``trial_budget`` times in a trial to improve. ``rings`` of agents may rotate
    only where all move in lock-step."""

    depth: int = 5
    profiles: tuple[Profile, ...] = (Profile(),)
    inherit_budget: int = 1_000
    trial_budget: int = 50
    rings: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.depth <= 7:
            raise ValueError(f"depth should be 2 to 7 (found {self.depth})")


class OperationPlanner:
    """Plans operations for ``agents`` agents on a floor of ``nodes`` nodes.

    Call :meth:`plan` once per step, :meth:`improve` as long as there is time, :meth:`advance` when
    every agent has done the first action of its operation.
    """

    def __init__(self, nodes: int, agents: int, params: PlannerParams, seed: int = 1):
        self.params = params
        self.operations: Operations = operations(params.depth, params.profiles)
        ops = self.operations
        self._strings = Strings(ops.actions, ops.shared, ops.first, ops.stay)
        self._menu = Menu.of(agents, ops)
        self._reservations = Reservations.of(nodes, agents, params.depth)
        self._chain = Chain.of(agents), Chain.of(agents)
        self._ranks = Ranks(
            np.zeros(agents, dtype=np.int32),
            np.zeros(agents, dtype=np.float64),
            np.zeros(agents, dtype=np.float64),
            params.rings,
        )
        self._seed = np.random.default_rng(seed).integers(1, 2**63, (2, 1), dtype=np.uint64)
        self._level: Int32Array | None = None
        self._cuts = 0
        self._lattice = Lattice.open(np.empty((0, 4), dtype=np.int32))
        self._agents: Agents | None = None
        self._expected: tuple[Int32Array, Int32Array] | None = None
        self.loss = 0.0
        """How far the sum of weighted values is from every agent having its best operation."""

    def plan(
        self,
        lattice: Lattice,
        agents: Agents,
        pool: npt.NDArray[np.uint16] | Int32Array,
        order: Int32Array,
        weight: npt.NDArray[np.float64],
        step_cost: int,
    ) -> None:
        """One pass of EPIBT in ``order`` (m,), highest priority first, from what is left of the
        operations of the step before, or from standing still.

        ``pool`` (rows, 4 * n) holds the costs to go that ``agents.row`` names; ``weight`` (m,)
        counts in :meth:`improve`; ``step_cost`` is the cost of driving one cell.
        """
        if self._agents is not None:
            clear_all(self._reservations, self._menu, self._agents.node)
        self._lattice, self._agents = lattice, agents
        fill(self._menu, lattice, agents, pool, self._strings, step_cost)
        if not self._goes_on_as_planned(agents):
            self._reservations.chosen[:] = self.operations.stay[agents.profile]
        self._expected = None
        reserve_all(self._reservations, self._menu, agents.node)
        epibt(
            order,
            self.params.inherit_budget,
            lattice,
            agents,
            self._menu,
            self._reservations,
            self._ranks,
            self._chain[0],
            self._seed[0],
        )
        self._ranks.weight[:] = weight
        self.loss = float(value_now(self._menu, self._reservations, self._ranks))

    def improve(self, trials: int) -> float:
        """Neighbourhood search with so many trials; returns by how much the loss fell."""
        everyone = np.arange(len(self._ranks.rank), dtype=np.int32)
        self._ranks.rank[:] = 1
        gained = self._search(trials, everyone, self._seed[0], self._chain[0])
        self.loss -= gained
        return gained

    def improve_on_two_cores(self, trials: int) -> float:
        """The same with half of the trials on each of two cores, each on its side of a cut through
        the floor; agents close to the cut stay as they are, so the cut is somewhere else each time.
        Where rings may not rotate one core does it all: a ring can reach across any cut.
        """
        if not self.params.rings:
            return self.improve(trials)
        if self._level is None:
            self._level = levels(self._lattice)
        self._cuts += 1
        share = (0.5, 0.35, 0.65)[self._cuts % 3]
        halves = apart(self._level, self._planned().node, self.params.depth, share)
        if min(len(half) for half in halves) == 0:
            return self.improve(trials)
        self._ranks.rank[:] = NOBODY
        for half in halves:
            self._ranks.rank[half] = 1
        each = [trials * len(half) // (len(halves[0]) + len(halves[1])) for half in halves]
        other = _OTHER_CORE.submit(self._search, each[1], halves[1], self._seed[1], self._chain[1])
        gained = self._search(each[0], halves[0], self._seed[0], self._chain[0]) + other.result()
        self.loss -= gained
        return gained

    def _search(self, trials: int, members: Int32Array, seed: UInt64Array, chain: Chain) -> float:
        return float(
            improve(
                trials,
                members,
                self.params.trial_budget,
                seed,
                self._lattice,
                self._planned(),
                self._menu,
                self._reservations,
                self._ranks,
                chain,
            )
        )

    @property
    def actions(self) -> npt.NDArray[np.int8]:
        """The first action of every agent, shape (m,)."""
        first: npt.NDArray[np.int8] = self.operations.actions[self._reservations.chosen, 0]
        return first

    @property
    def paths(self) -> Int32Array:
        """Nodes of every agent from now to the end of its operation, shape (m, depth + 1)."""
        agents, chosen = self._planned(), self._reservations.chosen
        ahead = self._menu.cells[np.arange(len(chosen)), chosen]
        return np.concatenate([agents.node[:, None], ahead], axis=1)

    @property
    def headings(self) -> Int32Array:
        """Heading of every agent after the first action, shape (m,)."""
        turned = np.array([0, 1, 3, 0], dtype=np.int32)[self.actions]
        return (self._planned().heading + turned) % 4

    def advance(self) -> None:
        """Every agent has done its first action: what is left is where the next step begins."""
        self._expected = (self.paths[:, 1], self.headings)
        agents = self._planned()
        clear_all(self._reservations, self._menu, agents.node)
        self._agents = None
        self._reservations.chosen[:] = self.operations.successor[self._reservations.chosen]

    def _planned(self) -> Agents:
        if self._agents is None:
            raise RuntimeError("no plan yet: call plan() first, once per step")
        return self._agents

    def _goes_on_as_planned(self, agents: Agents) -> bool:
        """Whether the operations kept from the step before hold: everybody is where they begin,
        and nothing has been closed since."""
        if self._expected is None:
            return False
        node, heading = self._expected
        return (
            np.array_equal(node, agents.node)
            and np.array_equal(heading, agents.heading)
            and bool(offers_all(self._menu, self._reservations.chosen))
        )
