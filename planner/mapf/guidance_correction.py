"""Guidance corrected while agents drive: lanes follow the flow that is there, and go back if that
was no good.

After every ``window`` of steps the costs are drawn towards those that the flow seen would call for
(:func:`planner.mapf.guidance.repelled`). A change has to prove itself: if over the next window the
agents make less progress than over the one before it, the costs from before come back, and the
next change waits twice as long.
"""

from dataclasses import dataclass, field

import numba as nb
import numpy as np

from planner.mapf.guidance import ContraflowParams, FloatArray, Guidance, repelled
from planner.mapf.problem import BoolArray
from planner.roadmap.access import Int32Array


@dataclass(frozen=True, slots=True)
class CorrectionParams:
    """Costs move by ``step`` of the way to those the flow calls for, if they differ by the share
    ``differs`` in the mean; a change is taken back if progress falls by more than ``worse``. The
    first ``settling`` of a window, a share, does not count: agents are still under way."""

    window: int = 100
    step: float = 0.5
    differs: float = 0.05
    worse: float = 0.02
    settling: float = 0.3
    costs: ContraflowParams = field(default_factory=ContraflowParams)

    def __post_init__(self) -> None:
        if self.window < 2:
            raise ValueError(f"window should be 2 steps or more (found {self.window})")
        if not 0.0 <= self.settling < 1.0:
            raise ValueError(f"settling should be 0 to less than 1 (found {self.settling})")


class Correction:
    """Watches a floor ``neighbours`` (n, 4) whose agents follow ``guidance``.

    Tell it every step with :meth:`note`, then ask :meth:`proposal`. New costs make all tables of
    cost void (:meth:`planner.roadmap.costtogo.CostToGo.redirect`): there is at most one proposal a
    window.
    """

    def __init__(self, neighbours: Int32Array, guidance: Guidance, params: CorrectionParams):
        self.params = params
        self.guidance = guidance
        """In force: the last one proposed, else the first."""
        self.taken_back = 0
        """Changes that did no good."""
        self._neighbours = neighbours
        self._edge = neighbours >= 0
        self._flow: FloatArray = np.zeros(neighbours.shape, dtype=np.float64)
        self._before: tuple[Guidance, float] | None = None
        self._window = params.window
        self._steps = 0
        self._progress: list[float] = []

    def note(
        self, node: Int32Array, heading: Int32Array, moved: BoolArray, progress: float
    ) -> None:
        """A step: agents that ``moved`` (m,) bool left ``node`` (m,) in ``heading`` (m,);
        ``progress`` is by how much all of them together came nearer to their goals, in cells as if
        nothing stood between, or by any other measure that does not depend on the costs."""
        _fade_and_count(self._flow, node, heading, moved, 2.0 / self._window)
        self._steps += 1
        if self._steps > self.params.settling * self._window:
            self._progress.append(progress)

    def proposal(self) -> Guidance | None:
        """Costs to use from now on, or ``None`` to go on as before."""
        if self._steps < self._window:
            return None
        progress = float(np.mean(self._progress))
        self._steps, self._progress = 0, []
        if self._before is not None:
            guidance, earlier = self._before
            self._before = None
            if progress < (1.0 - self.params.worse) * earlier:
                self.guidance = guidance
                self.taken_back += 1
                self._window *= 2
                return guidance
        changed = self._drawn_to_flow()
        if self._difference(changed) < self.params.differs:
            return None
        self._before = self.guidance, progress
        self.guidance = changed
        return changed

    def _drawn_to_flow(self) -> Guidance:
        now, wanted = self.guidance, repelled(self._neighbours, self._flow, self.params.costs)
        drive = now.drive + self.params.step * (wanted.drive - now.drive)
        return Guidance(np.round(drive).astype(np.int32), now.turn)

    def _difference(self, other: Guidance) -> float:
        now = self.guidance.drive[self._edge]
        if now.size == 0:
            return 0.0
        return float(np.abs(other.drive[self._edge] - now).sum() / now.sum())


@nb.njit(cache=True)
def _fade_and_count(flow, node, heading, moved, share):  # type: ignore[no-untyped-def]
    """Exponential average of the moves over every edge."""
    for here in range(flow.shape[0]):
        for way in range(4):
            flow[here, way] *= 1.0 - share
    for agent in range(node.shape[0]):
        if moved[agent]:
            flow[node[agent], heading[agent]] += share
