"""People who walk, on a toy warehouse: 3 aisles of 10 m, 2 m apart, one SKU on every metre."""

from dataclasses import replace

import pytest

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from sim_worlds.walking import Batching, Slotting, WalkingParams, s_shape_m, walk

TOY = WalkingParams(
    aisles=3,
    aisle_m=10.0,
    aisle_pitch_m=2.0,
    skus_per_m=1,
    speed_mps=2.0,
    line_s=5.0,
    set_up_s=30.0,
    cart_totes=2,
    window=4,
    slotting=Slotting.ABC,
)
SKUS = [Sku(f"S{number:02}") for number in range(30)]
"""With ABC slotting S00 lies at 0.5 m of aisle 0, S01 at 1.5 m; then the other aisles mix in."""


def order(number: int, *skus: Sku, pieces: int = 1) -> PickOrder:
    name = OrderId(f"O{number}")
    lines = tuple(OrderLine(line_id(name, at), sku, pieces) for at, sku in enumerate(skus, 1))
    return PickOrder(name, lines)


def test_one_aisle_is_walked_there_and_back() -> None:
    assert s_shape_m([(0, 3.5), (0, 7.5)], TOY) == 15.0
    assert s_shape_m([(2, 4.0)], TOY) == 2 * 2 * 2.0 + 2 * 4.0
    assert s_shape_m([], TOY) == 0.0


def test_two_aisles_are_walked_through() -> None:
    assert s_shape_m([(0, 1.0), (1, 1.0)], TOY) == 2 * 10.0 + 2 * 2.0


def test_of_three_aisles_the_last_is_walked_back() -> None:
    assert s_shape_m([(0, 1.0), (1, 1.0), (2, 3.0)], TOY) == 2 * 10.0 + 2 * 3.0 + 2 * 4.0


def test_what_a_tour_takes_by_hand() -> None:
    discrete = replace(TOY, batching=Batching.DISCRETE)
    kpis = walk([order(1, SKUS[0], SKUS[1], pieces=3)], params=discrete, ranking=SKUS)
    # The two nearest places are 0.5 m and 1.5 m into the first aisle.
    assert kpis.metres == 3.0
    assert kpis.seconds == 30.0 + 3.0 / 2.0 + 2 * 5.0
    assert (kpis.tours, kpis.orders, kpis.lines, kpis.items) == (1, 1, 2, 6)
    assert kpis.lines_per_picker_h == pytest.approx(3_600 * 2 / 41.5)
    assert kpis.items_per_picker_h == pytest.approx(3_600 * 6 / 41.5)
    assert kpis.metres_per_line == 1.5


def test_a_cart_takes_several_orders_first_come() -> None:
    orders = [order(1, SKUS[0]), order(2, SKUS[0]), order(3, SKUS[1])]
    kpis = walk(orders, params=TOY, ranking=SKUS)
    assert kpis.tours == 2
    assert kpis.metres == 1.0 + 3.0
    assert kpis.seconds == 2 * 30.0 + 4.0 / 2.0 + 3 * 5.0


def test_seed_batching_puts_orders_of_the_same_aisles_together() -> None:
    far = SKUS[-1]
    orders = [order(1, SKUS[0]), order(2, far), order(3, SKUS[1]), order(4, far)]
    first_come = walk(orders, params=TOY, ranking=SKUS)
    seed = walk(orders, params=replace(TOY, batching=Batching.SEED), ranking=SKUS)
    assert first_come.tours == seed.tours == 2
    # Aisle 0 to 1.5 m; the last aisle, 4 m off, to its last place at 9.5 m.
    assert seed.metres == 3.0 + (2 * 4.0 + 2 * 9.5)
    assert first_come.metres > seed.metres
    assert seed.lines == first_come.lines == 4


def test_abc_slotting_saves_walking_where_demand_is_skewed() -> None:
    orders = [order(number, SKUS[number % 3]) for number in range(40)]
    near = walk(orders, seed=1, params=TOY)
    anywhere = walk(orders, seed=1, params=replace(TOY, slotting=Slotting.RANDOM), ranking=SKUS)
    assert near.metres < anywhere.metres


def test_the_baseline_is_where_published_figures_are() -> None:
    """One line an order, 1,000 SKUs alike: 20 to 40 lines an hour one by one, 60 to 120 by cart."""
    skus = [Sku(f"K{number:04}") for number in range(1_000)]
    orders = [order(n, skus[n * 7 % 1_000], skus[n * 13 % 1_000]) for n in range(1, 600)]
    one_by_one = walk(orders, 1, WalkingParams(batching=Batching.DISCRETE), skus)
    cart = walk(orders, 1, WalkingParams(), skus)
    assert 20 < one_by_one.lines_per_picker_h < 40
    assert 60 < cart.lines_per_picker_h < 120


def test_skus_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidStock, match="31 SKUs, 30 places"):
        walk([order(1, SKUS[0])], params=TOY, ranking=[*SKUS, Sku("one more")])


def test_params_make_sense() -> None:
    with pytest.raises(ValueError, match="window"):
        WalkingParams(window=3)
    with pytest.raises(ValueError, match="0 or more"):
        WalkingParams(line_s=-1)
