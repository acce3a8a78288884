"""A whole site counted: the records become right, and nobody is misled."""

import pytest
from fakes.counted_site import CountedSite, SiteErrors, count_all, site_params

from wms_bridge.reconciling import NextStep, ReconcileParams

PARAMS = ReconcileParams(value_max=1e9)


@pytest.mark.parametrize(("disturbed", "people"), [(0.02, 0.07), (0.35, 0.35)])
def test_records_become_right_with_few_people(disturbed: float, people: float) -> None:
    site = CountedSite(600, SiteErrors(disturbed=disturbed), seed=4)
    before = sum(site.books[slot] == site.holds[slot] for slot in site.slots)
    outcomes = count_all(site, site_params(site), PARAMS)
    after = sum(outcome.after == site.holds[slot] for slot, outcome in outcomes.items())
    assert before < 0.985 * len(site.slots)
    assert after >= 0.995 * len(site.slots)
    by_people = [
        outcome
        for outcome in outcomes.values()
        if outcome.looks.counts or outcome.decision.step is NextStep.APPROVE
    ]
    assert len(by_people) <= people * len(site.slots)
    wrong = [
        slot
        for slot, outcome in outcomes.items()
        if outcome.decision.step is NextStep.ADJUST and outcome.after != site.holds[slot]
    ]
    assert len(wrong) <= 2


def test_a_reader_that_fails_unnoticed_makes_no_adjustment() -> None:
    """It reads nothing, and those who judge its reads think that it works."""
    site = CountedSite(60, SiteErrors(read_rate=0.0, disturbed=0.1), seed=1)
    outcomes = count_all(site, site_params(site, read_rate=0.97), PARAMS)
    wrong = [
        slot
        for slot, outcome in outcomes.items()
        if outcome.decision.step is NextStep.ADJUST and outcome.after != site.holds[slot]
    ]
    assert wrong == []
    asked = sum(bool(outcome.looks.counts) for outcome in outcomes.values())
    assert asked > 30, "people are"
