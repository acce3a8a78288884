"""Generated orders: seeded, well formed, and shaped like the data set they were fitted to."""

import csv
import gzip
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from statistics import mean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.ids import Sku
from sim_worlds.demand import ORDERS_PER_HOUR, DemandParams, TimedOrder, generate_orders

HOUR_MS = 3_600_000
WHOLE_DAY = DemandParams(from_h=0, to_h=24, pieces_max=100_000)


def skus(count: int) -> list[Sku]:
    return [Sku(f"A{number:05d}") for number in range(count)]


def lines_of(orders: Sequence[TimedOrder]) -> list[int]:
    return sorted(len(timed.order.lines) for timed in orders)


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(1, 60), st.integers(0, 5), st.floats(0.05, 1.0))
def test_orders_are_well_formed(n: int, sku_count: int, seed: int, thinning: float) -> None:
    params = DemandParams(thinning=thinning, pieces_max=7, lines_max=30, speed_up=4.0)
    orders = generate_orders(n, skus(sku_count), seed, params)
    assert len({timed.order.order for timed in orders}) == n
    times = [timed.at_ms for timed in orders]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] < 10 * HOUR_MS / 4
    for timed in orders:
        lines = timed.order.lines
        assert 1 <= len(lines) <= min(30, sku_count)
        assert len({line.sku for line in lines}) == len(lines)
        assert [line.line for line in lines] == [
            f"{timed.order.order}#{number}" for number in range(1, len(lines) + 1)
        ]
        assert all(1 <= line.quantity <= 7 for line in lines)


def test_the_seed_decides() -> None:
    assert generate_orders(50, skus(80), 1) == generate_orders(50, skus(80), 1)
    assert generate_orders(50, skus(80), 1) != generate_orders(50, skus(80), 2)


def test_thinning_makes_orders_smaller() -> None:
    whole = mean(lines_of(generate_orders(3_000, skus(2_000), 1)))
    thinned = mean(lines_of(generate_orders(3_000, skus(2_000), 1, DemandParams(thinning=0.1))))
    assert 0.1 * whole < thinned < 0.1 * whole + 1.5, "a little more: no order vanishes"


def test_speed_up_packs_the_shift() -> None:
    slow, fast = (
        generate_orders(2_000, skus(10), 1, DemandParams(speed_up=factor)) for factor in (1.0, 5.0)
    )
    assert slow[-1].at_ms == pytest.approx(5 * fast[-1].at_ms, rel=0.01)
    assert slow[-1].at_ms > 9 * HOUR_MS


def test_orders_need_skus() -> None:
    with pytest.raises(InvalidOrder, match="need SKUs"):
        generate_orders(1, [], 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_h": 18, "to_h": 8},
        {"from_h": 0, "to_h": 5},
        {"speed_up": 0.0},
        {"thinning": 0.0},
        {"pieces_max": 0},
        {"lines_max": 0},
    ],
    ids=str,
)
def test_params_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        DemandParams(**wrong)  # type: ignore[arg-type]


class RealShop:
    """What the tables were counted from."""

    def __init__(self, path: Path):
        with gzip.open(path, "rt") as file:
            rows = list(csv.DictReader(file))
        self.pieces = sorted(int(row["qty"]) for row in rows)
        self.lines = sorted(Counter(row["order_id"] for row in rows).values())
        times = {row["order_id"]: row["ts"] for row in rows}
        self.hours = Counter(int(time[11:13]) for time in times.values())
        self.lines_of_skus = sorted(Counter(row["sku"] for row in rows).values(), reverse=True)


@pytest.fixture(scope="module")
def shop(shared_data: Path) -> RealShop:
    return RealShop(shared_data / "orders" / "uci_online_retail_lines.csv.gz")


@pytest.fixture(scope="module")
def generated() -> tuple[TimedOrder, ...]:
    return generate_orders(10_000, skus(3_808), 7, WHOLE_DAY)


def distance(one: Sequence[int], two: Sequence[int], up_to: int) -> float:
    """Kolmogorov-Smirnov: the largest gap between two distributions of counts (both sorted)."""
    gaps = (
        abs(bisect_right(one, count) / len(one) - bisect_right(two, count) / len(two))
        for count in range(up_to)
    )
    return max(gaps)


@pytest.mark.shared
def test_lines_per_order_are_those_of_the_shop(
    shop: RealShop, generated: tuple[TimedOrder, ...]
) -> None:
    lines = lines_of(generated)
    assert distance(lines, shop.lines, 1_200) < 0.02
    assert mean(lines) == pytest.approx(mean(shop.lines), rel=0.05)
    assert median(lines) == pytest.approx(median(shop.lines), abs=1)


@pytest.mark.shared
def test_pieces_per_line_are_those_of_the_shop(
    shop: RealShop, generated: tuple[TimedOrder, ...]
) -> None:
    pieces = sorted(line.quantity for timed in generated for line in timed.order.lines)
    assert distance(pieces, shop.pieces, 1_100) < 0.02


@pytest.mark.shared
def test_the_day_is_that_of_the_shop(shop: RealShop, generated: tuple[TimedOrder, ...]) -> None:
    hours = Counter(timed.at_ms // HOUR_MS for timed in generated)
    orders = sum(shop.hours.values())
    for hour in range(24):
        assert hours[hour] / len(generated) == pytest.approx(shop.hours[hour] / orders, abs=0.012)
        assert ORDERS_PER_HOUR[hour] == pytest.approx(shop.hours[hour] / orders, abs=1e-3)


@pytest.mark.shared
def test_popular_skus_are_as_popular(shop: RealShop, generated: tuple[TimedOrder, ...]) -> None:
    counts = Counter(line.sku for timed in generated for line in timed.order.lines)
    ours = list(accumulate(sorted(counts.values(), reverse=True)))
    theirs = list(accumulate(shop.lines_of_skus))
    for rank in (4, 38, 190, 381, 762, 1_904, 3_046):
        share = theirs[rank - 1] / theirs[-1]
        assert ours[rank - 1] / ours[-1] == pytest.approx(share, abs=0.03)
