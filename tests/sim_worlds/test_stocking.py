"""Opening stock: enough for the orders, spread over the pods, within every slot's capacity."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import OrderId, PodId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, pod_of
from sim_worlds.demand import DemandParams, generate_orders
from sim_worlds.sites.catalogue import load_site
from sim_worlds.stocking import opening_stock, pod_ids

TINY = load_site("tiny")  # 6 pods with 20 slots of 200 pieces


def skus(count: int) -> list[Sku]:
    return [Sku(f"A{number:03d}") for number in range(count)]


def order(number: int, lines: dict[str, int]) -> PickOrder:
    name = OrderId(f"O{number}")
    return PickOrder(
        name,
        tuple(
            OrderLine(line_id(name, i), Sku(sku), quantity)
            for i, (sku, quantity) in enumerate(lines.items(), start=1)
        ),
    )


def by_sku(stock: tuple[Balance, ...]) -> dict[Sku, list[Balance]]:
    found: dict[Sku, list[Balance]] = defaultdict(list)
    for balance in stock:
        found[balance.sku].append(balance)
    return found


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(1, 30), st.integers(0, 3))
def test_it_is_enough_and_fits(sku_count: int, order_count: int, seed: int) -> None:
    names = skus(sku_count)
    params = DemandParams(pieces_max=12, lines_max=10)
    orders = [timed.order for timed in generate_orders(order_count, names, seed, params)]
    stock = opening_stock(TINY, names, orders, seed)
    assert len({balance.slot for balance in stock}) == len(stock) <= 120
    assert {pod_of(balance.slot) for balance in stock} <= set(pod_ids(TINY))
    assert all(1 <= balance.quantity <= 200 for balance in stock)
    found = by_sku(stock)
    assert set(found) == set(names)
    for sku in names:
        lines = [line for order in orders for line in order.lines if line.sku == sku]
        asked = sum(line.quantity for line in lines)
        assert sum(balance.quantity for balance in found[sku]) >= 1.5 * asked
        assert len({pod_of(balance.slot) for balance in found[sku]}) >= 2
        largest = max((line.quantity for line in lines), default=0)
        assert all(balance.quantity >= largest for balance in found[sku])


def test_the_seed_decides_where() -> None:
    orders = [order(1, {"A000": 3})]
    assert opening_stock(TINY, skus(9), orders, 1) == opening_stock(TINY, skus(9), orders, 1)
    assert opening_stock(TINY, skus(9), orders, 1) != opening_stock(TINY, skus(9), orders, 2)


def test_slots_follow_the_square_root_of_demand() -> None:
    orders = [order(1, {"A000": 100, "A001": 100 * 9, "A002": 100 * 4})]
    found = by_sku(opening_stock(TINY, skus(3), orders, 1))
    assert [len(found[Sku(f"A00{i}")]) for i in range(3)] == [20, 60, 40]
    assert all(len({pod_of(b.slot) for b in balances}) == 6 for balances in found.values())


def test_with_few_slots_one_has_to_do() -> None:
    stock = opening_stock(TINY, skus(120), [], 1)
    assert len(by_sku(stock)) == 120


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidStock, match="121 slots needed, 120 there"):
        opening_stock(TINY, skus(121), [], 1)
    with pytest.raises(InvalidStock, match="does not fit"):
        opening_stock(TINY, skus(2), [order(1, {"A000": 120 * 200})], 1)


def test_orders_for_other_skus_are_refused() -> None:
    with pytest.raises(InvalidStock, match="not stocked") as caught:
        opening_stock(TINY, skus(2), [order(1, {"other": 1})], 1)
    assert (caught.value.field, caught.value.value) == ("O1#1.sku", "other")


@pytest.mark.parametrize("name", ["tiny", "small", "medium"])
def test_pods_are_named_as_on_the_roadmap(name: str) -> None:
    site = load_site(name)
    assert list(pod_ids(site)) == list(compile_roadmap(site).pods)


def test_a_site_with_one_pod() -> None:
    site = replace(TINY, pod_count=1)
    stock = opening_stock(site, skus(5), [order(1, {"A000": 4})], 1)
    assert {pod_of(balance.slot) for balance in stock} == {PodId("P001")}
