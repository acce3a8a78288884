"""The cheapest pods for a large order, by hand, against greedy and against every set of pods."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.cover import Cover, CoverParams, CoverProblem, cover_lines, covers
from planner.warehouse.ids import PodId, Sku

PARAMS = CoverParams()
SKUS = [Sku(f"K{i}") for i in range(6)]
A, B, C, D, E, F = SKUS
P = [PodId(f"P{i}") for i in range(6)]


def problem(wanted: dict[Sku, int], *contents: dict[Sku, int], ways: int = 10_000) -> CoverProblem:
    pods = dict(zip(P, contents, strict=False))
    return CoverProblem(wanted, pods, dict.fromkeys(pods, ways))


def test_two_pods_where_greedy_takes_three() -> None:
    """Greedy begins with the pod of four lines, after which the two nearest bring one more each."""
    lines = dict.fromkeys(SKUS, 1)
    contents = {
        P[0]: {A: 1, B: 1, D: 1, E: 1},
        P[1]: {A: 1, B: 1, C: 1},
        P[2]: {D: 1, E: 1, F: 1},
        P[3]: {C: 1},
        P[4]: {F: 1},
    }
    ways = {P[0]: 10_000, P[1]: 10_000, P[2]: 10_000, P[3]: 0, P[4]: 0}
    plan = cover_lines(CoverProblem(lines, contents, ways), PARAMS)
    assert plan == Cover((P[1], P[2]), 140_000, greedy=False)


def test_one_pod_needs_no_solver() -> None:
    plan = cover_lines(problem({A: 1, B: 1}, {A: 1}, {A: 1, B: 2}, {B: 1}), PARAMS)
    assert (plan.pods, plan.greedy, plan.out_of_time) == ((P[1],), True, False)


def test_pieces_are_added_up() -> None:
    plan = cover_lines(problem({A: 5}, {A: 3}, {A: 2}, {A: 1}), PARAMS)
    assert plan.pods == (P[0], P[1])


def test_what_nobody_has_is_left_out() -> None:
    assert cover_lines(problem({A: 1, B: 1}, {A: 1}), PARAMS).pods == (P[0],)
    assert cover_lines(problem({B: 1}, {A: 1}), PARAMS).pods == ()


def test_a_near_pod_rather_than_a_far_one() -> None:
    near_far = CoverProblem({A: 1}, {P[0]: {A: 1}, P[1]: {A: 1}}, {P[0]: 90_000, P[1]: 5_000})
    assert cover_lines(near_far, PARAMS).pods == (P[1],)


@pytest.mark.parametrize(
    "wrong", [{"lines": -1}, {"visit_cost_ms": 0}, {"pods": 0}, {"nodes": 0}, {"seed": -1}]
)
def test_senseless_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="found"):
        CoverParams(**wrong)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1),
    st.lists(
        st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3)), min_size=1, max_size=len(P)
    ),
    st.lists(st.integers(0, 90_000), min_size=len(P), max_size=len(P)),
)
def test_as_cheap_as_the_best_of_all_sets(
    wanted: dict[Sku, int], contents: list[dict[Sku, int]], ways: list[int]
) -> None:
    case = CoverProblem(
        wanted, dict(zip(P, contents, strict=False)), dict(zip(P, ways, strict=True))
    )
    plan = cover_lines(case, PARAMS)
    assert plan == cover_lines(case, PARAMS)
    held = {sku: sum(pod.get(sku, 0) for pod in contents) for sku in wanted}
    some = {sku: min(held[sku], want) for sku, want in wanted.items() if held[sku]}
    assert covers(case, plan.pods, some)
    costs = [
        sum(PARAMS.visit_cost_ms + case.travel_ms[pod] for pod in pods)
        for count in range(len(contents) + 1)
        for pods in combinations(case.contents, count)
        if covers(case, pods, some)
    ]
    assert plan.cost_ms == min(costs)
    assert not plan.out_of_time
