"""Tuning lanes for a floor at leisure: other costs of contraflow are tried while there is time.

A race: a challenger meets the best so far on one trial shift after another, drops out once it is
behind, and takes its place if it is still ahead at the end. (O. Maron, A. Moore, Hoeffding Races,
NIPS 1993, bound the chance of a wrong drop-out; here the next challenger makes up for it.) Whatever
comes out on top must then beat plain costs on shifts that nobody has seen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from planner.lifelong.lanes import LanesParams, found_lanes
from planner.lifelong.team import TeamParams
from planner.lifelong.trial import Start, trial_work
from planner.mapf.guidance import STEP, ContraflowParams, Guidance, plain

CONFIDENCE = 2.0
"""Standard errors of the mean by which lanes must beat plain costs in the end."""


@dataclass(frozen=True, slots=True)
class TuningParams:
    """Trials last ``steps``; a challenger wins after ``heats`` trials, and lanes are proved in
    ``proofs`` more."""

    steps: int
    heats: int = 4
    proofs: int = 6
    lanes: LanesParams = field(default_factory=LanesParams)


@dataclass(slots=True)
class Entrant:
    """Lanes in the race; ``params`` is ``None`` for plain costs. ``work`` by the seed of a trial is
    filled as trials are run."""

    params: ContraflowParams | None
    guidance: Guidance
    work: dict[int, float] = field(default_factory=dict)

    @property
    def mean_work(self) -> float:
        """Over the trials so far; 0 before the first."""
        return float(np.mean(list(self.work.values()))) if self.work else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the race stands: after ``trials`` trials and ``entrants`` entrants ``best`` leads."""

    trials: int
    entrants: int
    best: Entrant
    plain: Entrant


@dataclass(frozen=True, slots=True)
class Verdict:
    """``gain`` is how much more the best lanes do than plain costs on unseen shifts, as a share;
    ``error`` is its standard error; ``guidance`` is plain unless the gain is beyond doubt."""

    guidance: Guidance
    params: ContraflowParams | None
    gain: float
    error: float


class Tuning:
    """The race on one floor. Seeded: the same calls give the same answers."""

    def __init__(self, start: Start, team: TeamParams, params: TuningParams, seed: int = 1):
        self._start, self._team, self.params = start, replace(team, trials=0), params
        self._rng = np.random.default_rng(seed)
        self._seed = seed
        self.plain = Entrant(None, plain(len(start.neighbours)))
        self.best = self.plain
        self.trials = 0
        self.entrants = 1

    def race(self) -> Iterator[Standing]:
        """Goes on without end; yields after every trial, so that the caller may stop."""
        challenger = self._entrant(self.params.lanes.contraflow)
        while True:
            for heat in range(self.params.heats):
                for entrant in (self.plain, self.best, challenger):
                    if heat not in entrant.work:
                        self._try(entrant, heat)
                        yield self.standing
                if _lead(challenger, self.best, range(heat + 1)) <= 0.0:
                    break
            else:
                self.best = challenger
                yield self.standing
            challenger = self._entrant(self._mutated())

    def prove(self, told: Callable[[int], None] = lambda proofs: None) -> Verdict:
        """Let the best so far meet plain costs on unseen shifts; ``told`` counts them."""
        best, heats = self.best, self.params.heats
        if best is self.plain:
            return Verdict(best.guidance, None, 0.0, 0.0)
        unseen = range(heats, heats + self.params.proofs)
        for proof in unseen:
            for entrant in (self.plain, best):
                self._try(entrant, proof)
            told(proof - heats + 1)
        more = np.array([best.work[proof] - self.plain.work[proof] for proof in unseen])
        without = max(float(np.mean([self.plain.work[proof] for proof in unseen])), 1e-9)
        gain = float(more.mean()) / without
        error = float(more.std(ddof=1) / np.sqrt(len(more))) / without
        winner = best if gain > CONFIDENCE * error else self.plain
        return Verdict(winner.guidance, winner.params, gain, error)

    @property
    def standing(self) -> Standing:
        """How the race stands now."""
        return Standing(self.trials, self.entrants, self.best, self.plain)

    def _try(self, entrant: Entrant, heat: int) -> None:
        """On tasks drawn anew from those known; every heat has its own."""
        seed, known = self._seed + heat, self._start.tasks
        drawn = np.random.default_rng(seed).integers(len(known), size=len(known)).tolist()
        start = replace(self._start, tasks=[known[task] for task in drawn])
        steps = self.params.steps
        entrant.work[heat] = trial_work(entrant.guidance, start, self._team, steps, seed)
        self.trials += 1

    def _entrant(self, params: ContraflowParams) -> Entrant:
        self.entrants += 1
        lanes = replace(self.params.lanes, contraflow=params)
        return Entrant(params, found_lanes(self._start, lanes, self._seed + self.entrants))

    def _mutated(self) -> ContraflowParams:
        """The best costs so far, each a little different."""
        centre = self.best.params or self.params.lanes.contraflow
        rng = self._rng

        def around(value: float, low: float, high: float) -> float:
            return float(np.clip(value * np.exp(rng.normal(0.0, 0.5)), low, high))

        return replace(
            centre,
            repulsion=around(centre.repulsion, 0.5, 200.0),
            crowding=0.0 if rng.random() < 0.5 else around(max(centre.crowding, 1.0), 0.1, 50.0),
            turn=round(around(centre.turn, STEP / 2, 3 * STEP)) if rng.random() < 0.3 else STEP,
            dearest=around(centre.dearest, 1.5, 30.0),
            rounds=round(around(centre.rounds, 3, 30)),
            share=around(centre.share, 0.05, 1.0),
        )


def _lead(one: Entrant, other: Entrant, heats: range) -> float:
    """By how much work the one is ahead on the same shifts."""
    return sum(one.work[heat] - other.work[heat] for heat in heats)
