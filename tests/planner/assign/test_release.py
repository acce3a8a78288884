"""Order release with pod choice, by hand and against trying every pod."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.classic import next_order, next_pod
from planner.assign.matches import Matches
from planner.assign.release import (
    PodOffer,
    ReleaseParams,
    ReleaseRule,
    StationNeed,
    Urgency,
    Wish,
    best_matching,
    best_visit,
    care_after,
    completed_by,
)
from planner.warehouse.ids import OrderId, PodId, Sku

A, B, C = Sku("A"), Sku("B"), Sku("C")
P1, P2, P3 = PodId("P1"), PodId("P2"), PodId("P3")
PARAMS = ReleaseParams()


def stocked(contents: dict[PodId, dict[Sku, int]]) -> Matches:
    matches = Matches()
    for pod, skus in contents.items():
        for sku, pieces in skus.items():
            matches.stock(pod, sku, pieces)
    return matches


def wish(name: str, *skus: Sku, weight: float = 1.0) -> Wish:
    return Wish(OrderId(name), tuple((sku, 1) for sku in skus), weight)


def near(pod: PodId) -> int:
    return 10_000


def test_the_pod_that_completes_most_lines_of_the_backlog_comes() -> None:
    matches = stocked({P1: {A: 9}, P2: {B: 9, C: 9}})
    wishes = [wish("O1", A), wish("O2", B), wish("O3", B, C)]
    choice = best_visit(StationNeed({}, []), wishes, matches, near, PARAMS)
    assert choice is not None
    assert (choice.pod, choice.orders) == (P2, ("O3", "O2"))


def test_an_order_counts_whole_when_pods_under_way_hold_the_rest() -> None:
    """P1 alone completes one line; P2 completes an order of two with what comes anyway."""
    matches = stocked({P1: {A: 9}, P2: {B: 9}, P3: {C: 9}})
    wishes = [wish("O1", A), wish("O2", B, C)]
    assert_pod = best_visit(StationNeed({C: 5}, []), wishes, matches, near, PARAMS)
    assert assert_pod is not None
    assert assert_pod.pod == P2


def test_what_no_pod_completes_draws_none() -> None:
    matches = stocked({P1: {A: 9}, P2: {B: 9}})
    assert best_visit(StationNeed({}, []), [wish("O1", A, B)], matches, near, PARAMS) is None


def test_too_few_pieces_complete_nothing() -> None:
    matches = stocked({P1: {A: 2}})
    three = Wish(OrderId("O1"), ((A, 3),))
    assert best_visit(StationNeed({}, []), [three], matches, near, PARAMS) is None
    assert best_visit(StationNeed({A: 1}, []), [three], matches, near, PARAMS) is not None


def test_open_lines_of_the_station_count_more_than_lines_that_wait() -> None:
    matches = stocked({P1: {A: 9}, P2: {B: 9}})
    need = StationNeed({}, [(A, 1, 1.0)])
    choice = best_visit(need, [wish("O1", B), wish("O2", B)], matches, near, PARAMS)
    assert choice is not None
    assert choice.pod == P1


def test_a_long_way_costs_lines_and_a_pod_that_cannot_come_is_left_out() -> None:
    matches = stocked({P1: {A: 9}, P2: {A: 9}, P3: {A: 9}})
    ways = {P1: 240_000, P2: 20_000, P3: None}
    choice = best_visit(StationNeed({}, []), [wish("O1", A)], matches, ways.get, PARAMS)
    assert choice is not None
    assert choice.pod == P2
    assert best_visit(StationNeed({}, []), [wish("O1", A)], matches, lambda _: None, PARAMS) is None


def test_the_best_that_can_come_is_found_behind_many_that_cannot() -> None:
    pods = {PodId(f"X{n:02}"): {A: 9, B: 9} for n in range(40)}
    matches = stocked({**pods, P1: {A: 9}})
    choice = best_visit(
        StationNeed({}, []),
        [wish("O1", A), wish("O2", B)],
        matches,
        lambda pod: 1_000 if pod == P1 else None,
        PARAMS,
    )
    assert choice is not None
    assert choice.pod == P1


@given(
    contents=st.lists(
        st.dictionaries(st.sampled_from([A, B, C]), st.integers(1, 3), min_size=1),
        min_size=1,
        max_size=5,
    ),
    wants=st.lists(
        st.dictionaries(st.sampled_from([A, B, C]), st.integers(1, 2), min_size=1), max_size=6
    ),
    under_way=st.dictionaries(st.sampled_from([A, B, C]), st.integers(1, 3)),
)
def test_no_pod_would_complete_more(
    contents: list[dict[Sku, int]], wants: list[dict[Sku, int]], under_way: dict[Sku, int]
) -> None:
    """Orders that pods under way complete by themselves do not speak for any pod."""
    matches = stocked({PodId(f"P{n}"): skus for n, skus in enumerate(contents)})
    wishes = [Wish(OrderId(f"O{n}"), tuple(want.items())) for n, want in enumerate(wants)]
    lines = []
    for skus in contents:
        joint = {sku: under_way.get(sku, 0) + skus.get(sku, 0) for sku in (A, B, C)}
        lines.append(
            sum(
                len(one.pieces)
                for one in wishes
                if not completed_by(under_way, one) and _filled(one, joint, under_way, skus)
            )
        )
    choice = best_visit(StationNeed(under_way, []), wishes, matches, lambda _: 0, PARAMS)
    assert (choice.worth if choice else 0) == max(lines)
    if choice is not None:
        assert lines[int(choice.pod[1:])] == max(lines)


def _filled(
    one: Wish, joint: dict[Sku, int], under_way: dict[Sku, int], skus: dict[Sku, int]
) -> bool:
    return all(joint[sku] >= pieces for sku, pieces in one.pieces)


def test_places_go_to_the_orders_that_fit_best_to_what_is_under_way() -> None:
    wishes = {one.order: one for one in (wish("O1", A, B), wish("O2", A), wish("O3", C))}
    matches = Matches()
    for one in wishes.values():
        for sku, pieces in one.pieces:
            matches.want(one.order, sku, pieces)
    assert best_matching({A: 1}, wishes, matches, 5) == ["O2", "O1"]


def test_urgency_grows_with_age_and_with_the_due_time_coming_near() -> None:
    params = ReleaseParams(patient_s=1_000, rush_s=900, lead_s=300, rush_worth=2.0)
    assert Urgency(0, None).weight(params) == 1.0
    assert Urgency(500, None).weight(params) == 1.5
    assert Urgency(0, 600).weight(params) == 2.0
    assert Urgency(0, -50).weight(params) == 3.0
    assert Urgency(10_000, None).weight(params) == 4.0
    assert Urgency(0, None, priority=1).weight(params) == 3.0
    first = [Urgency(1_001, None), Urgency(0, 899), Urgency(0, None, 1)]
    assert all(one.goes_first(params) for one in first)
    assert not Urgency(999, 901).goes_first(params)


def test_where_stations_run_dry_for_want_of_robots_neither_age_nor_due_time_count() -> None:
    params = ReleaseParams(ahead_s=100)
    late = Urgency(10_000, -50)
    assert late.weight(params, care=0.0) == 1.0
    assert 1.0 < late.weight(params, care=0.5) < late.weight(params)
    care = 1.0
    for _ in range(60):
        care = care_after(care, ahead_s=0.0, spare_robots=0, params=params)
    assert care < 0.01
    for _ in range(60):
        care = care_after(care, ahead_s=25.0, spare_robots=0, params=params)
    assert care == pytest.approx(0.5, abs=0.01)
    assert care_after(care, ahead_s=50.0, spare_robots=0, params=params) > care
    assert care_after(care, ahead_s=0.0, spare_robots=1, params=params) > care


@pytest.mark.parametrize(
    "wrong",
    [
        {"candidates": 0},
        {"large_lines": 0},
        {"spare_places": 0},
        {"open_worth": -1.0},
        {"patient_s": 0},
        {"lead_s": 1_800},
        {"rush_worth": -0.1},
        {"pressed_share": 1.1},
    ],
)
def test_params_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        ReleaseParams(**wrong)  # type: ignore[arg-type]


OFFERS = [PodOffer(P1, 5_000), PodOffer(P2, 9_000), PodOffer(P3, 1_000)]
CONTENTS = {P1: {A: 9}, P2: {A: 9, B: 9}, P3: {C: 9}}
NEED = StationNeed({A: 3}, [(A, 1, 1.0), (B, 1, 1.0)])


def test_the_rules_of_the_literature_choose_their_pods() -> None:
    def pod(rule: ReleaseRule) -> PodId | None:
        return next_pod(rule, OFFERS, NEED, CONTENTS, seed=1)

    assert pod(ReleaseRule.FIRST_COME_NEAREST) == P1
    assert pod(ReleaseRule.FIRST_COME_PILE_ON) == P2
    assert pod(ReleaseRule.POD_MATCH) == P2
    assert pod(ReleaseRule.RANDOM) in (P1, P2)
    assert next_pod(ReleaseRule.POD_MATCH, OFFERS[2:], NEED, CONTENTS, seed=1) is None


def test_the_rules_of_the_literature_choose_their_orders() -> None:
    wishes = [wish("O1", C), wish("O2", B, C), wish("O3", A), wish("O4", A, C)]

    def order(rule: ReleaseRule) -> OrderId | None:
        return next_order(rule, wishes, NEED, seed=3)

    assert order(ReleaseRule.FIRST_COME_NEAREST) == "O1"
    assert order(ReleaseRule.POD_MATCH) == "O3"
    assert order(ReleaseRule.LINES_IN_COMMON) == "O3"
    assert order(ReleaseRule.RANDOM) in {"O1", "O2", "O3", "O4"}
    assert next_order(ReleaseRule.POD_MATCH, [], NEED, seed=3) is None
