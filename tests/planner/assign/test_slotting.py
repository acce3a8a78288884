"""How stock is spread, and what goes where: by hand, and in general."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.slotting import (
    Goods,
    PodRoom,
    PutOffer,
    SlotRoom,
    SlottingParams,
    affinity_lift,
    choose_put_pods,
    goods_for,
    plan_puts,
    spread_slots,
)
from planner.warehouse.errors import InvalidDemand
from planner.warehouse.ids import PodId, ReceiptId, Sku, SlotId

A, B, C = Sku("A"), Sku("B"), Sku("C")
PARAMS = SlottingParams()


def goods(sku: str, pieces: int, **more: object) -> Goods:
    known = {"slots": 2, "target": 2, "settled": True} | more
    return Goods(ReceiptId(f"R-{sku}"), Sku(sku), pieces, **known)  # type: ignore[arg-type]


def pod(*slots: tuple[str, str | None, int], heat: float = 0.0, skus: str = "") -> PodRoom:
    rooms = tuple(SlotRoom(SlotId(s), Sku(k) if k else None, room) for s, k, room in slots)
    return PodRoom(PodId("P1"), rooms, heat, frozenset(Sku(sku) for sku in skus))


# --- how many slots ---


def test_slots_by_hand() -> None:
    """Roots 3, 2, 1 of 12 slots: 6, 4 and 2."""
    assert spread_slots({A: 9, B: 4, C: 1}, 12) == {A: 6, B: 4, C: 2}
    assert spread_slots({A: 9, B: 4, C: 1}, 12, exponent=0.0) == {A: 4, B: 4, C: 4}
    assert spread_slots({A: 2, B: 1, C: 1}, 8, exponent=1.0) == {A: 4, B: 2, C: 2}


def test_largest_remainder_by_hand() -> None:
    """Fair shares of 11: 5.5, 3.67 and 1.83, which is less than 2; of the other 9: 5.4 and 3.6."""
    assert spread_slots({A: 9, B: 4, C: 1}, 11) == {A: 5, B: 4, C: 2}


def test_every_sku_has_two_slots_where_there_are_enough() -> None:
    assert spread_slots({A: 1000, B: 1, C: 0}, 8) == {A: 4, B: 2, C: 2}
    assert spread_slots({A: 1000, B: 1, C: 0}, 5) == {A: 3, B: 1, C: 1}


def test_with_too_few_slots_those_asked_for_most_have_one() -> None:
    assert spread_slots({A: 1, B: 5, C: 3}, 2) == {A: 0, B: 1, C: 1}
    assert spread_slots({A: 1}, 0) == {A: 0}
    assert spread_slots({}, 5) == {}


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_bad_demand_is_named(wrong: float) -> None:
    with pytest.raises(InvalidDemand) as caught:
        spread_slots({A: 1, B: wrong}, 5)
    assert caught.value.field == "demand[B]"


@given(
    demand=st.dictionaries(
        st.integers(0, 30).map(lambda n: Sku(f"S{n}")), st.integers(0, 10_000), min_size=1
    ),
    slots=st.integers(0, 200),
    exponent=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_all_slots_are_shared_out_and_more_demand_never_gets_fewer(
    demand: dict[Sku, float], slots: int, exponent: float
) -> None:
    counts = spread_slots(demand, slots, exponent)
    assert counts.keys() == demand.keys()
    assert sum(counts.values()) <= slots
    if any(demand.values()):
        assert sum(counts.values()) == slots or slots < len(demand)
    least = 2 if 2 * len(demand) <= slots else 1 if len(demand) <= slots else 0
    assert min(counts.values()) >= least
    for one, asked in demand.items():
        for other, more in demand.items():
            if more > asked:
                assert counts[other] >= counts[one] - 1


# --- what goes where ---


def test_goods_go_where_their_sku_lies_and_else_into_an_empty_slot() -> None:
    found = plan_puts(
        pod(("s1", None, 50), ("s2", "A", 10), ("s3", "A", 30)),
        [goods("A", 20), goods("B", 20)],
        PARAMS,
    )
    assert [(put.sku, put.slot, put.pieces) for put in found.puts] == [
        ("A", "s3", 20),
        ("B", "s1", 20),
    ]


def test_an_empty_slot_takes_one_sku() -> None:
    found = plan_puts(pod(("s1", None, 50)), [goods("A", 5), goods("B", 5)], PARAMS)
    assert [(put.sku, put.slot) for put in found.puts] == [("A", "s1")]


def test_two_receipts_of_one_sku_share_a_slot_up_to_its_room() -> None:
    twice = [goods("A", 30), Goods(ReceiptId("R2"), A, 30, 2, 2, settled=True)]
    found = plan_puts(pod(("s1", "A", 40)), twice, PARAMS)
    assert [put.pieces for put in found.puts] == [30, 10]


def test_goods_are_split_among_the_slots_that_are_missing() -> None:
    room = pod(("s1", None, 200))
    assert plan_puts(room, [goods("A", 60, slots=1, target=5)], PARAMS).puts[0].pieces == 15
    # Never all in one pod while no other has the SKU.
    assert plan_puts(room, [goods("A", 60, slots=0, target=1)], PARAMS).puts[0].pieces == 30
    assert plan_puts(room, [goods("A", 60, slots=3, target=3)], PARAMS).puts[0].pieces == 60
    # But not in dribs and drabs.
    assert plan_puts(room, [goods("A", 10, slots=1, target=9)], PARAMS).puts[0].pieces == 6


def test_a_pod_takes_no_more_puts_than_allowed() -> None:
    room = pod(*((f"s{i}", None, 50) for i in range(9)))
    many = [goods(f"S{i}", 5) for i in range(9)]
    assert len(plan_puts(room, many, SlottingParams(puts_max=4)).puts) == 4


def test_goods_that_orders_wait_for_are_worth_more() -> None:
    room = pod(("s1", None, 50))
    calm = plan_puts(room, [goods("A", 5, slots=0)], PARAMS).worth
    rush = plan_puts(room, [goods("A", 5, slots=0, rush=True)], PARAMS).worth
    assert rush > 3 * calm


def test_spreading_beyond_the_target_is_worth_less_than_consolidating() -> None:
    spread = plan_puts(pod(("s1", None, 50)), [goods("A", 5)], PARAMS).worth
    joined = plan_puts(pod(("s1", "A", 50)), [goods("A", 5)], PARAMS).worth
    homeless = plan_puts(pod(("s1", None, 50)), [goods("A", 5, settled=False)], PARAMS).worth
    assert spread < joined == homeless


def test_goods_that_have_waited_are_worth_more() -> None:
    room = pod(("s1", None, 50))
    fresh = plan_puts(room, [goods("A", 5, slots=0)], PARAMS).worth
    old = plan_puts(room, [goods("A", 5, slots=0, waited_h=1.5)], PARAMS).worth
    assert old == pytest.approx(fresh + 3.0)


def test_goods_that_matter_for_a_pod_are_those_it_holds_and_some_for_its_empty_slots() -> None:
    waiting = [goods(sku, 5) for sku in "ABCABC"]
    places = {A: [0, 3], B: [1, 4], C: [2, 5]}
    params = SlottingParams(puts_max=2)
    only_c = pod(("s1", "C", 9))
    assert [item.sku for item in goods_for(only_c, waiting, places, params)] == [C, C]
    with_empty = pod(("s1", "C", 9), ("s2", None, 50))
    assert [item.sku for item in goods_for(with_empty, waiting, places, params)] == [A, B, C, C]
    assert goods_for(pod(), waiting, places, params) == []


def test_hot_goods_fit_hot_pods() -> None:
    hot, cold = pod(("s1", None, 50), heat=0.9), pod(("s1", None, 50), heat=0.1)
    fast = [goods("A", 5, slots=0, heat=1.0)]
    assert plan_puts(hot, fast, PARAMS).worth > plan_puts(cold, fast, PARAMS).worth


def test_what_is_ordered_together_lies_together_if_wanted() -> None:
    lift = affinity_lift([(A, B)] * 5 + [(C,)] * 5)
    assert lift == {(A, B): 2.0}
    with_b, with_c = pod(("s1", None, 50), skus="B"), pod(("s1", None, 50), skus="C")
    params = SlottingParams(affinity_weight=1.0)
    item = [goods("A", 5, slots=0)]
    assert plan_puts(with_b, item, params, lift).worth > plan_puts(with_c, item, params, lift).worth
    assert (
        plan_puts(with_b, item, PARAMS, lift).worth == plan_puts(with_c, item, PARAMS, lift).worth
    )


def test_pairs_of_the_parameters_count_in_either_order_if_they_have_a_weight() -> None:
    pairs = ((B, A, 2.0), (A, C, 0.5))
    assert SlottingParams(affinity=pairs).lift == {}
    assert SlottingParams(affinity_weight=1, affinity=pairs).lift == {(A, B): 2.0, (A, C): 0.5}


def test_lift_by_hand_and_pairs_too_rare() -> None:
    """A in 3 of 4, B in 2 of 4, together in 1 of 4: (1/4) / (3/4 * 2/4)."""
    baskets = [(A, B), (A,), (A,), (B, C)]
    assert affinity_lift(baskets, least_together=1)[(A, B)] == pytest.approx(2 / 3)
    assert affinity_lift(baskets, least_together=2) == {}


@given(
    rooms=st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(1, 40)), max_size=8),
    items=st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(1, 90), st.integers(0, 4)), max_size=8
    ),
)
def test_no_slot_gets_more_than_its_room_or_two_skus(
    rooms: list[tuple[str | None, int]], items: list[tuple[str, int, int]]
) -> None:
    room = pod(*((f"s{i}", sku, left) for i, (sku, left) in enumerate(rooms)))
    waiting = [
        Goods(ReceiptId(f"R{i}"), Sku(sku), n, slots, 3, settled=bool(slots))
        for i, (sku, n, slots) in enumerate(items)
    ]
    found = plan_puts(room, waiting, PARAMS)
    filled: Counter[SlotId] = Counter()
    skus: dict[SlotId, set[Sku]] = {slot.slot: {slot.sku} - {None} for slot in room.slots}  # type: ignore[misc]
    for put in found.puts:
        assert put.pieces > 0
        filled[put.slot] += put.pieces
        skus[put.slot].add(put.sku)
    left = {slot.slot: slot.room for slot in room.slots}
    assert all(pieces <= left[slot] for slot, pieces in filled.items())
    assert all(len(held) <= 1 for held in skus.values())
    put_of = Counter(put.receipt for put in found.puts)
    assert all(times == 1 for times in put_of.values())
    assert all(put.pieces <= waiting[int(put.receipt[1:])].pieces for put in found.puts)
    assert len(found.puts) <= PARAMS.puts_max
    assert (found.worth > 0) == bool(found.puts)


# --- which pod to which station ---


def test_a_pod_that_takes_several_goods_may_come_from_farther() -> None:
    offers = [PutOffer(0, 0, 1.0, 5_000), PutOffer(0, 1, 3.0, 30_000)]
    assert choose_put_pods(offers, PARAMS) == [(0, 1)]
    assert choose_put_pods(offers, SlottingParams(put_worth_ms=1_000)) == [(0, 0)]


def test_each_pod_and_station_once() -> None:
    offers = [PutOffer(s, p, 1.0, 1_000 * (1 + p)) for s in range(3) for p in range(2)]
    found = choose_put_pods(offers, PARAMS)
    assert sorted(p for _, p in found) == [0, 1]
    assert len({s for s, _ in found}) == 2


@pytest.mark.parametrize(
    "wrong", [{"window": 0}, {"puts_max": 0}, {"exponent": -1.0}, {"rush_worth": float("nan")}]
)
def test_bad_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        SlottingParams(**wrong)  # type: ignore[arg-type]
