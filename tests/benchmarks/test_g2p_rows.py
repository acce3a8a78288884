"""Cases, what is kept of them, and the scenarios they are made of."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.macro.g2p_case import Case, cases_of, run_case
from benchmarks.macro.g2p_demand import SmallOrders, popularity, small_orders
from benchmarks.macro.g2p_fenggang import FORMATS, mean_lines, store_orders
from benchmarks.macro.g2p_mega import MegaSize, mega, mega_rows
from benchmarks.macro.g2p_plan import FULL, NAMES, QUICK, Part, Wanted, scenario
from benchmarks.macro.g2p_recorded import repeated, thinned
from benchmarks.macro.g2p_rows import FAILED, keep, kept_rows, measured_rows
from benchmarks.macro.g2p_scenarios import numbered_skus, s1_site
from benchmarks.macro.g2p_walking import WAYS, walking_rows
from planner.assign.release import ReleaseRule
from planner.roadmap.geometry import checked_roadmap
from planner.warehouse.errors import InvalidOrder
from planner.warehouse.site import StationRole

NOWHERE = Path("nowhere")
CASE = Case("s1", ReleaseRule.JOINT, 8, 1, 0, 1, NOWHERE)


def test_cases_come_seed_by_seed_and_once() -> None:
    rules = (ReleaseRule.JOINT, ReleaseRule.RANDOM)
    part = Part("s1", rules, (8, 16), 2, 1, 2)
    cases = cases_of([part, part], NOWHERE)
    assert len(cases) == 8
    assert [case.seed for case in cases] == [1] * 4 + [2] * 4
    assert len({case.key for case in cases}) == 8


def test_a_choice_out_of_the_plan() -> None:
    wanted = Wanted(("s1",), (ReleaseRule.JOINT,), (4,), seeds=1, window_min=9)
    parts = wanted.of(FULL)
    assert {part.scenario for part in parts} == {"s1"}
    case, free = cases_of(parts, NOWHERE)
    assert (case.free_flow, free.free_flow) == (False, True)
    assert free.key.startswith("s1, free flow/")
    assert (case.rule, case.robots, case.seed, case.window_min) == (ReleaseRule.JOINT, 4, 1, 9)
    assert Wanted().of(FULL) == list(FULL)


def test_what_the_goals_need_is_planned_for_both_lengths() -> None:
    for plan in (FULL, QUICK):
        assert {part.scenario for part in plan} == set(NAMES)
        at_16 = {rule for p in plan if p.scenario == "s1" and 16 in p.robots for rule in p.rules}
        assert at_16 == set(ReleaseRule)
    assert all(part.seeds == 5 for part in FULL if part.scenario == "s1" and not part.free_flow)


def test_a_scenario_that_is_none_is_told() -> None:
    with pytest.raises(InvalidOrder, match="s2"):
        scenario("s2", NOWHERE)
    with pytest.raises(InvalidOrder, match="s2"):
        Wanted(("s1", "s2")).of(FULL)


def test_finished_cases_are_kept_for_the_same_source(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "rows.jsonl"
    assert kept_rows(file, "abc") == {}
    keep(file, "abc", CASE, {"lines": 7})
    with file.open("a") as lines:
        lines.write('\n{"source": "abc", "ke')  # interrupted here
    assert kept_rows(file, "abc") == {CASE.key: {"lines": 7}}
    assert kept_rows(file, "abd") == {}


def test_after_a_line_cut_short_the_next_one_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"source": "abc", "ke')
    keep(file, "abc", CASE, {"lines": 7})
    assert kept_rows(file, "abc") == {CASE.key: {"lines": 7}}


def test_what_is_known_is_not_run_again() -> None:
    heard: list[tuple[float, int]] = []
    rows = list(
        measured_rows([CASE], 1, {CASE.key: {"lines": 7}}, lambda h, n: heard.append((h, n)))
    )
    assert rows == [(CASE, {"lines": 7}, False)]


def test_a_case_is_run_and_tells_how_it_gets_on() -> None:
    told: list[float] = []
    row = run_case(CASE, told.append)
    assert told == [pytest.approx(1 / 60)]
    assert (row["scenario"], row["rule"], row["robots"], row["seed"]) == ("s1", "joint", 8, 1)
    assert (row["stations"], row["pods"], row["backlog_size"]) == (4, 428, 200)
    assert row["window_ms"] == 60_000


def test_the_floor_of_s1_is_as_described() -> None:
    site = s1_site(16)
    checked_roadmap(site)
    spots = sum(block.columns * block.rows for block in site.storage_blocks)
    assert (spots, site.pod_count, len(site.stations), len(site.robots)) == (504, 428, 8, 16)
    roles = [station.roles for station in site.stations]
    assert roles == [(StationRole.PICK,)] * 4 + [(StationRole.REPLENISH,)] * 4


def test_small_orders_are_as_told() -> None:
    skus = numbered_skus(1_000)
    orders = small_orders(4_000, skus, 1)
    assert orders == small_orders(4_000, skus, 1)
    assert orders != small_orders(4_000, skus, 2)
    sizes = Counter(len(order.lines) for order in orders)
    assert sizes[1] / 4_000 == pytest.approx(0.6, abs=0.03)
    assert max(sizes) == 3
    rush = sum(order.due_ms == SmallOrders().rush_due_ms for order in orders)
    assert rush / 4_000 == pytest.approx(0.2, abs=0.03)
    assert all(len({line.sku for line in order.lines}) == len(order.lines) for order in orders)


def test_popularity_falls_and_sums_to_one() -> None:
    weights = popularity(1_000)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[:100].sum() == pytest.approx(0.44, abs=0.01)


def test_baskets_are_thinned_to_single_pieces_of_real_ones() -> None:
    baskets = small_orders(200, numbered_skus(50), 1, SmallOrders(lines=(0.2,) * 5, pieces=(0, 1)))
    orders = thinned(baskets, 2_000, 1)
    lines = sum(len(order.lines) for order in orders) / 2_000
    # 1.6 where baskets are large; large orders find fewer baskets of five lines at most.
    assert 1.3 < lines < 1.7
    assert {line.quantity for order in orders for line in order.lines} == {1}
    together = {frozenset(line.sku for line in basket.lines) for basket in baskets}
    one = {line.sku for line in next(order for order in orders if len(order.lines) > 1).lines}
    assert any(one <= basket for basket in together)


def test_whole_baskets_are_repeated_under_new_names() -> None:
    baskets = small_orders(3, numbered_skus(50), 1)
    orders = repeated(baskets, 7)
    assert len({order.order for order in orders}) == 7
    assert [line.sku for line in orders[3].lines] == [line.sku for line in baskets[0].lines]


def test_store_orders_come_in_the_shares_of_a_day() -> None:
    orders = store_orders(800, numbered_skus(6_000), 1)
    sizes = Counter(len(order.lines) for order in orders)
    assert set(sizes) == {140, 42, 21}
    assert sizes[42] / 800 == pytest.approx(520 / 789, abs=0.05)
    mean = sum(size * count for size, count in sizes.items()) / 800
    assert mean == pytest.approx(mean_lines(), rel=0.1)
    assert sum(count for _, count, _ in FORMATS) == 789


def test_every_way_to_walk_is_walked_once_a_seed() -> None:
    again = Case("s1", ReleaseRule.RANDOM, 16, 1, 0, 1, NOWHERE)
    rows = list(walking_rows([CASE, again]))
    assert len(rows) == len(WAYS)
    by_way = {str(row["way"]): row for row in rows}
    assert len({row["lines"] for row in rows}) == 1
    slow, plain, best = (
        float(by_way[way]["lines_per_picker_h"])
        for way in ("discrete, random", "first_come, random", "seed, abc")
    )
    assert slow < plain < best


SMALL = MegaSize(stations=4, pods=60, robots=5, skus=100, orders=40, skus_per_pod=4)


def test_a_large_floor_holds_every_sku() -> None:
    instance = mega(1, SMALL)
    assert instance.pod_skus.shape == (60, 4)
    assert set(np.unique(instance.pod_skus)) == set(range(100))
    for sku, pods in enumerate(instance.pods_of):
        assert all(sku in instance.pod_skus[pod] for pod in pods)
    assert len(instance.orders) == 40
    assert all(1 <= len(order) <= 3 for order in instance.orders)


def test_decisions_on_a_large_floor_are_timed() -> None:
    rows = list(mega_rows(1, 3, SMALL))
    assert [row["decision"] for row in rows] == ["order release", "robot assignment"]
    assert all(row["calls"] == 3 and float(row["p99_ms"]) >= float(row["p50_ms"]) for row in rows)


def test_a_run_that_fails_says_why_and_the_others_go_on() -> None:
    lost = Case("s4", ReleaseRule.JOINT, 8, 1, 0, 1, NOWHERE)  # its orders are not there
    found = measured_rows([lost, CASE], 1, {}, lambda hours, done: None)
    rows = {case.scenario: row for case, row, _ in found}
    assert list(rows["s4"]) == [FAILED]
    assert rows["s1"]["window_ms"] == 60_000
