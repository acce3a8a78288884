"""Tuning: a race that a better entrant wins, and a proof that doubtful lanes do not pass."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from fakes.halls import busy_halls, mazy, quiet_room

from planner.lifelong.lanes import LanesParams
from planner.lifelong.team import TeamParams
from planner.lifelong.tuning import CONFIDENCE, Entrant, Tuning, TuningParams
from planner.mapf.guidance import ContraflowParams, plain

PARAMS = TuningParams(
    steps=40, heats=2, proofs=3, lanes=LanesParams(ContraflowParams(trips=40, rounds=3))
)


def tuning(seed: int = 1) -> Tuning:
    return Tuning(busy_halls(), TeamParams(), PARAMS, seed)


def quiet_tuning() -> Tuning:
    return Tuning(quiet_room(), TeamParams(), replace(PARAMS, steps=600, proofs=5))


def in_a_maze() -> Entrant:
    return Entrant(PARAMS.lanes.contraflow, mazy(quiet_room()))


def test_the_race_goes_on_and_the_best_never_gets_worse() -> None:
    race = tuning()
    means = []
    for standing in islice(race.race(), 40):
        heats = [standing.best.work[heat] for heat in range(PARAMS.heats) if heat in
                 standing.best.work]  # fmt: skip
        if len(heats) == PARAMS.heats:
            means.append(sum(heats))
    assert race.entrants > 3
    assert means == sorted(means)
    assert race.trials <= 40


def test_a_race_can_be_run_again() -> None:
    first, again = tuning(seed=5), tuning(seed=5)
    for race in (first, again):
        for _ in islice(race.race(), 15):
            pass
    assert first.plain.work == again.plain.work
    assert np.array_equal(first.best.guidance.drive, again.best.guidance.drive)


def test_shifts_differ_from_heat_to_heat() -> None:
    race = tuning()
    for _ in islice(race.race(), 12):
        pass
    assert len(set(race.plain.work.values())) == len(race.plain.work) > 1


def test_a_bad_leader_does_not_pass_the_proof() -> None:
    race = quiet_tuning()
    race.best = in_a_maze()
    told: list[int] = []
    verdict = race.prove(told.append)
    assert verdict.guidance.is_plain
    assert verdict.params is None
    assert verdict.gain < -CONFIDENCE * verdict.error
    assert told == [1, 2, 3, 4, 5]


def test_a_good_leader_passes_the_proof() -> None:
    race = quiet_tuning()
    race.best, race.plain = race.plain, in_a_maze()
    verdict = race.prove()
    assert verdict.gain > CONFIDENCE * verdict.error
    assert verdict.guidance is race.best.guidance


def test_without_a_challenger_that_won_plain_costs_stay() -> None:
    verdict = tuning().prove()
    assert verdict.guidance.is_plain
    assert (verdict.gain, verdict.error) == (0.0, 0.0)


@pytest.mark.parametrize("heats", [1, 3])
def test_mean_work_is_over_all_trials(heats: int) -> None:
    entrant = Entrant(None, plain(1))
    assert entrant.mean_work == 0.0
    entrant.work.update({heat: float(heat) for heat in range(heats)})
    assert entrant.mean_work == pytest.approx((heats - 1) / 2)
