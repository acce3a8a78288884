"""Whatever goes wrong between the bridge and a WMS that knows no repeats: nothing is lost, nothing
is there twice, and the stock agrees."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.wms_bridge.links.faulty_wire import Fault
from tests.wms_bridge.links.simulate import Rules, simulate, simulate_all

SEEDS = 2_000
MOST_SEEDS = 300
PARTS = 8
"""The seeds are run in so many parts, for those who have more cores."""
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_or_doubled(part: int) -> None:
    outcomes = simulate_all(range(part, SEEDS, PARTS))
    failed = {outcome.seed: outcome.broken for outcome in outcomes if outcome.broken.any}
    assert failed == {}
    assert len(outcomes) == SEEDS // PARTS
    faults: Counter[Fault] = Counter()
    for outcome in outcomes:
        faults.update(outcome.faults)
    assert set(faults) == set(Fault), "every kind of fault has happened"
    assert sum(outcome.documents for outcome in outcomes) > 2_000


@pytest.mark.parametrize("rules", [Rules.NO_FENCE, Rules.BLIND, Rules.FORGETFUL])
def test_with_one_rule_less_the_wms_has_things_twice(rules: Rules) -> None:
    for seed in range(MOST_SEEDS):
        [outcome] = simulate_all([seed], rules)
        assert not outcome.broken.lost
        assert not outcome.broken.books
        if outcome.broken.duplicates:
            return
    pytest.fail(f"none of {MOST_SEEDS} seeds shows what the rule is for")


def test_a_seed_replays_to_the_letter() -> None:
    first = [simulate(seed) for seed in range(10)]
    assert [simulate(seed) for seed in range(10)] == first
    assert len({outcome.trace for outcome in first}) == 10


def test_a_seed_replays_to_the_letter_in_another_process() -> None:
    traces = {
        subprocess.run(
            (sys.executable, "-m", "tests.wms_bridge.links.simulate", "--seeds", "5", "--traces"),
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.partition("rules:")[0]
        for hash_seed in ("1", "2")
    }
    assert len(traces) == 1
    assert simulate(4).trace in traces.pop()
