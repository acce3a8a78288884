"""The race: the better half goes on, a true winner wins, and luck does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.mapf.guidance import Guidance
from sim_worlds.site_race import Entrant, Race, RaceParams, Trial, Verdict


def lanes(cost: int) -> Guidance:
    """Guidance that is told apart by its cost."""
    return Guidance(np.full((3, 4), cost, dtype=np.int32))


def entrants(*costs: int) -> list[Entrant]:
    return [Entrant(float(cost), lanes(cost)) for cost in costs]


def cost_of(guidance: Guidance | None) -> int:
    return 0 if guidance is None else int(guidance.drive[0, 0])


class Shifts:
    """Shifts of known worth by cost (0: without lanes), with ``noise``; notes who ran which."""

    def __init__(self, worth: dict[int, float], noise: float = 0.0):
        self.worth, self.noise = worth, noise
        self.ran: list[tuple[int, int]] = []

    def __call__(self, guidance: Guidance | None, seed: int) -> Trial:
        cost = cost_of(guidance)
        self.ran.append((cost, seed))
        luck = float(np.random.default_rng((seed, cost)).normal(0.0, self.noise))
        return Trial(self.worth[cost] + luck, 1.0)


def raced(shifts: Shifts, costs: tuple[int, ...], seed: int = 1) -> tuple[Race, Verdict]:
    race = Race(entrants(*costs), shifts, RaceParams(), seed)
    for _ in race.halve():
        pass
    return race, race.prove()


def test_the_best_wins_and_is_proved_on_unseen_shifts() -> None:
    shifts = Shifts({0: 100.0, 8: 99.0, 16: 110.0, 24: 104.0, 32: 90.0}, noise=0.5)
    race, verdict = raced(shifts, (8, 16, 24, 32))
    assert cost_of(verdict.guidance) == 16
    assert verdict.repulsion == 16
    assert verdict.gain == pytest.approx(0.1, abs=0.02)
    assert 0 < verdict.error < 0.01
    proofs = shifts.ran[-2 * RaceParams().proofs :]
    assert not {seed for _, seed in proofs} & {seed for _, seed in shifts.ran[: -len(proofs)]}
    assert race.trials == len(shifts.ran) == len(set(shifts.ran))


def test_half_drop_out_in_each_heat() -> None:
    shifts = Shifts({0: 1.0, 8: 5.0, 16: 4.0, 24: 3.0, 32: 2.0})
    _, verdict = raced(shifts, (8, 16, 24, 32))
    assert [row.trials for row in verdict.tried] == [10, 10, 4, 2, 2]


@given(st.integers(0, 1_000))
def test_nothing_that_does_worse_is_ever_used(seed: int) -> None:
    shifts = Shifts({0: 100.0, 8: 97.0, 16: 96.0}, noise=1.0)
    _, verdict = raced(shifts, (8, 16), seed)
    assert verdict.guidance is None
    assert verdict.repulsion == 0


def test_equals_stay_without_lanes() -> None:
    _, verdict = raced(Shifts({0: 100.0, 8: 100.0}), (8,))
    assert verdict.guidance is None
    assert (verdict.gain, verdict.error) == (0.0, 0.0)


def test_a_lead_within_two_standard_errors_is_not_enough() -> None:
    def shift(guidance: Guidance | None, seed: int) -> Trial:
        lucky = seed <= 2 or seed % 2  # ahead in the race, and in every second proof
        return Trial(100.0 if guidance is None else 103.0 if lucky else 98.0, 1.0)

    race = Race(entrants(8), shift, RaceParams(), seed=1)
    for _ in race.halve():
        pass
    verdict = race.prove()
    assert verdict.gain > 0
    assert verdict.gain < 2 * verdict.error
    assert verdict.guidance is None


def test_a_race_cut_short_compares_shifts_that_all_have_had() -> None:
    """Shift 2 is twice as good for all; who has had it must not lead for that."""
    shifts = Shifts({0: 100.0, 8: 90.0, 16: 95.0})

    def richer(guidance: Guidance | None, seed: int) -> Trial:
        found = shifts(guidance, seed)
        return Trial(found.lines_per_h * (2 if seed == 2 else 1), 1.0)

    race = Race(entrants(8, 16), richer, RaceParams(), seed=1)
    for trials in race.halve():
        if trials == race.first_heat + 2:  # without lanes and 8 have had shift 2, 16 has not
            break
    assert race.best is race.plain


@pytest.mark.parametrize(("heats", "proofs"), [(0, 6), (2, 1)])
def test_too_few_shifts_are_refused(heats: int, proofs: int) -> None:
    with pytest.raises(ValueError, match="heats >= 1 and proofs >= 2"):
        RaceParams(heats, proofs)
