"""Several pods chosen together, by hand and never worse than one after the other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.pairing import PairingParams, PairingPlan, PairingProblem, pair_pods
from planner.assign.release import PodOffer, ReleaseParams, StationNeed, Wish
from planner.warehouse.ids import OrderId, PodId, Sku

A, B, C, D = SKUS = [Sku(name) for name in "ABCD"]
PODS = [PodId(f"P{number}") for number in range(5)]
RELEASE = ReleaseParams(line_cost_s=60.0)
PARAMS = PairingParams(pods_max=2)
EMPTY = StationNeed({}, [])


def wish(name: str, *skus: Sku, weight: float = 1.0) -> Wish:
    return Wish(OrderId(name), tuple((sku, 1) for sku in skus), weight)


def problem(
    contents: list[dict[Sku, int]],
    wishes: list[Wish],
    need: StationNeed = EMPTY,
    pods_max: int = 2,
    places: int = 5,
) -> PairingProblem:
    pods = dict(zip(PODS, contents, strict=False))
    return PairingProblem(
        need, wishes, [PodOffer(pod, 6_000) for pod in pods], pods, pods_max, places
    )


def pods(plan: PairingPlan) -> set[PodId]:
    return {visit.pod for visit in plan.visits}


SPLIT = [wish(f"S{number}", A, B) for number in range(3)]


def test_two_pods_complete_together_what_neither_completes_alone() -> None:
    """One after the other takes P2, which alone completes an order, and then nothing fits A with
    B: worth 1; together P0 and P1 serve six lines for two ways of 0.1."""
    case = problem([{A: 9}, {B: 9}, {C: 1}], [*SPLIT, wish("O", C)])
    plan = pair_pods(case, RELEASE, PARAMS)
    assert pods(plan) == {PODS[0], PODS[1]}
    assert plan.worth == pytest.approx(5.8)
    assert not plan.greedy
    assert not plan.out_of_time
    assert plan.visits[0].orders == ()
    assert set(plan.visits[1].orders) == {"S0", "S1", "S2"}


def test_orders_for_two_pods_need_places() -> None:
    case = problem([{A: 9}, {B: 9}, {C: 1}], [*SPLIT, wish("O", C)], places=1)
    plan = pair_pods(case, RELEASE, PARAMS)
    assert sum(len(visit.orders) for visit in plan.visits) == 1
    assert plan.worth == pytest.approx(1.8)


def test_no_more_orders_than_stock() -> None:
    plan = pair_pods(problem([{A: 2}, {B: 9}], SPLIT), RELEASE, PARAMS)
    assert sum(len(visit.orders) for visit in plan.visits) == 2


def test_out_of_time_the_greedy_answer_is_taken_and_said() -> None:
    case = problem([{A: 9}, {B: 9}, {C: 1}], [*SPLIT, wish("O", C)])
    plan = pair_pods(case, RELEASE, PairingParams(pods_max=2, effort_s=1e-9))
    assert plan.greedy
    assert plan.out_of_time
    assert pods(plan) == {PODS[2]}


def test_nothing_worth_a_way_brings_no_pod() -> None:
    assert pair_pods(problem([{A: 1}], [wish("O", B)]), RELEASE, PARAMS).visits == ()


@pytest.mark.parametrize(
    "wrong", [{"pods_max": 0}, {"pods_max": 5}, {"orders": 0}, {"pods": 0}, {"effort_s": 0.0}]
)
def test_senseless_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="found"):
        PairingParams(**wrong)


LINES = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4)), min_size=1, max_size=5),
    st.lists(st.tuples(LINES, st.floats(1, 3)), max_size=8),
    st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3)),
    st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 3), st.floats(1, 3)), max_size=3),
    st.integers(1, 4),
    st.integers(0, 3),
)
def test_never_worse_than_greedy_and_within_stock_places_and_pods(
    contents: list[dict[Sku, int]],
    lines: list[tuple[dict[Sku, int], float]],
    under_way: dict[Sku, int],
    open_lines: list[tuple[Sku, int, float]],
    pods_max: int,
    places: int,
) -> None:
    wishes = [
        Wish(OrderId(f"O{number}"), tuple(one.items()), weight)
        for number, (one, weight) in enumerate(lines)
    ]
    case = problem(contents, wishes, StationNeed(under_way, open_lines), pods_max, places)
    params = PairingParams(pods_max=pods_max)
    plan = pair_pods(case, RELEASE, params)
    assert plan == pair_pods(case, RELEASE, params)
    greedy = pair_pods(case, RELEASE, PairingParams(pods_max=pods_max, effort_s=1e-9))
    assert plan.worth >= greedy.worth
    assert len(plan.visits) == len(pods(plan)) <= pods_max
    orders = [order for visit in plan.visits for order in visit.orders]
    assert len(orders) == len(set(orders))
    assert plan.worth == pytest.approx(sum(visit.worth for visit in plan.visits))
    taken = dict.fromkeys(SKUS, 0)
    for one in wishes:
        for sku, pieces in one.pieces if one.order in orders else ():
            taken[sku] += pieces
    for sku in SKUS:
        held = sum(case.contents[pod].get(sku, 0) for pod in pods(plan))
        assert taken[sku] <= held + under_way.get(sku, 0)
    alone = [
        one
        for one in wishes
        if any(
            all(
                case.contents[pod].get(sku, 0) + under_way.get(sku, 0) >= pieces
                for sku, pieces in one.pieces
            )
            for pod in pods(plan)
        )
    ]
    assert len(set(orders) - {one.order for one in alone}) <= places
