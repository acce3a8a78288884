"""Which lanes are best for a site: a race of trial shifts, then a proof on shifts nobody has seen.

Successive halving: all entrants run the same few shifts, the better half goes on to as many more as
there were so far, until one is left (K. Jamieson, A. Talwalkar, Non-stochastic Best Arm
Identification and Hyperparameter Optimization, AISTATS 2016, arXiv 1502.07943). Driving without
lanes runs in every heat; lanes that do not beat it beyond doubt in the end are not used.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.mapf.guidance import Guidance

CONFIDENCE = 2.0
"""Standard errors of the mean by which lanes must beat driving without."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One shift: ``lines_per_h`` is 0 if it did not end well, ``robot_s_per_line`` the time that
    robots were at work for a line."""

    lines_per_h: float
    robot_s_per_line: float


@dataclass(slots=True)
class Entrant:
    """Lanes in the race, found with this ``repulsion``; no ``guidance``: without lanes. ``trials``
    by the seed of the shift."""

    repulsion: float
    guidance: Guidance | None
    trials: dict[int, Trial] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tried:
    """How one strength of ``repulsion`` did (0: no lanes): the means over its ``trials``."""

    repulsion: float
    trials: int
    lines_per_h: float
    robot_s_per_line: float


@dataclass(frozen=True, slots=True)
class RaceParams:
    """Shifts in the first heat, and to prove the winner."""

    heats: int = 2
    proofs: int = 6

    def __post_init__(self) -> None:
        if self.heats < 1 or self.proofs < 2:
            raise ValueError(f"need heats >= 1 and proofs >= 2 (found {self.heats}, {self.proofs})")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``gain`` is how many more lines per hour the best lanes let be picked on unseen shifts, as a
    share, ``error`` its standard error (both 0 if none came so far); ``guidance`` is ``None``
    unless the gain is beyond doubt."""

    guidance: Guidance | None
    repulsion: float
    gain: float
    error: float
    tried: tuple[Tried, ...]


class Race:
    """Between driving without lanes and ``challengers``; ``run`` gives the trial of a guidance on
    the shift of a seed. The same calls give the same answers if ``run`` does."""

    def __init__(
        self,
        challengers: Sequence[Entrant],
        run: Callable[[Guidance | None, int], Trial],
        params: RaceParams,
        seed: int = 1,
    ):
        self.plain = Entrant(0.0, None)
        self._entrants = [self.plain, *challengers]
        self._left = list(challengers)
        self._run, self.params, self._seed = run, params, seed
        self._next = seed
        self.trials = 0

    def halve(self) -> Iterator[int]:
        """Yields the trials so far after every one, so that the caller may stop."""
        while self._left:
            shifts = max(self.params.heats, self._next - self._seed)
            for seed in range(self._next, self._next + shifts):
                self._next = seed + 1
                for entrant in (self.plain, *self._left):
                    self._try(entrant, seed)
                    yield self.trials
            self._left = self._ranked()[: (len(self._left) + 1) // 2]
            if len(self._left) == 1:
                break

    @property
    def first_heat(self) -> int:
        """Trials until every entrant has had one."""
        return len(self._entrants)

    @property
    def best(self) -> Entrant:
        """The leader over the shifts that all who are left have had; without lanes if equal."""
        ranked = self._ranked()
        common = self._common()
        leads = ranked and _mean(ranked[0], common) > _mean(self.plain, common)
        return ranked[0] if leads else self.plain

    def prove(self, told: Callable[[int], None] = lambda proofs: None) -> Verdict:
        """Let the leader meet driving without lanes on unseen shifts; ``told`` counts them."""
        best = self.best
        if best is self.plain:
            return Verdict(None, 0.0, 0.0, 0.0, self.tried)
        unseen = range(self._next, self._next + self.params.proofs)
        for number, seed in enumerate(unseen, start=1):
            for entrant in (self.plain, best):
                self._try(entrant, seed)
            told(number)
        lines = [
            (best.trials[seed].lines_per_h, self.plain.trials[seed].lines_per_h) for seed in unseen
        ]
        more = np.array([lanes - without for lanes, without in lines])
        without = max(_mean(self.plain, unseen), 1e-9)
        gain = float(more.mean()) / without
        error = float(more.std(ddof=1) / np.sqrt(len(more))) / without
        won = gain > CONFIDENCE * error
        return Verdict(
            best.guidance if won else None, best.repulsion if won else 0.0, gain, error, self.tried
        )

    @property
    def tried(self) -> tuple[Tried, ...]:
        """Everybody who has had a trial, in the order of their strengths."""
        return tuple(_tried(entrant) for entrant in self._entrants if entrant.trials)

    def _try(self, entrant: Entrant, seed: int) -> None:
        entrant.trials[seed] = self._run(entrant.guidance, seed)
        self.trials += 1

    def _common(self) -> list[int]:
        return [
            seed
            for seed in self.plain.trials
            if all(seed in entrant.trials for entrant in self._left)
        ]

    def _ranked(self) -> list[Entrant]:
        common = self._common()
        return sorted(self._left, key=lambda entrant: -_mean(entrant, common))


def _mean(entrant: Entrant, seeds: Sequence[int]) -> float:
    return float(np.mean([entrant.trials[seed].lines_per_h for seed in seeds])) if seeds else 0.0


def _tried(entrant: Entrant) -> Tried:
    trials = list(entrant.trials.values())
    return Tried(
        entrant.repulsion,
        len(trials),
        float(np.mean([trial.lines_per_h for trial in trials])),
        float(np.mean([trial.robot_s_per_line for trial in trials])),
    )
