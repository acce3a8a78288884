"""Statistics, costs and verdicts of the goods-to-person benchmark, by hand."""

from dataclasses import replace

import pytest

from benchmarks.macro.g2p_costs import Assumptions, WalkingCosts, read_assumptions
from benchmarks.macro.g2p_goals import Verdict, cost_ratio, robots_needed, verdicts
from benchmarks.macro.g2p_plots import save_plots
from benchmarks.macro.g2p_stats import Runs, Spread
from benchmarks.macro.g2p_tables import markdown, rule_rows, waiting_rows, walking_table
from benchmarks.macro.g2p_walking import PLAIN
from benchmarks.report import Row
from sim_worlds.costs import CostModel

COSTS = Assumptions(
    CostModel(
        labour_yuan_per_h=30.0,
        electricity_yuan_per_kwh=1.0,
        charging_efficiency=1.0,
        robot_yuan=50_000.0,
        robot_years=5.0,
        upkeep_share_per_year=0.0,
        station_yuan=10_000.0,
        station_years=10.0,
        pod_yuan=100.0,
        pod_years=10.0,
        hours_per_year=1_000.0,
    ),
    WalkingCosts(cart_yuan=1_000.0, cart_years=2.0, shelf_yuan_per_aisle_m=100.0, shelf_years=10.0),
)


def row(rule: str, seed: int = 1, robots: int = 16, **changed: str | int | float) -> Row:
    return {
        "scenario": "s1", "rule": rule, "robots": robots, "seed": seed, "backlog_size": 200,
        "stations": 4, "pods": 400, "energy_kwh": 24.0, "window_ms": 8 * 3_600_000, "lines": 8_000,
        "lines_per_h": 1_000.0, "items_per_h": 1_200.0, "items_per_visit": 4.0,
        "metres_per_item": 15.0, "station_use": 0.9, "robot_use": 0.95, "late_share": 0.004,
        "age_p50_s": 600.0, "age_p95_s": 900.0, "age_p99_s": 1_000.0, "age_max_s": 1_500.0,
        "oldest_open_s": 1_200.0, "short_orders": 0, "violations": 0, "deadlocks": 0,
        "decision_p50_ms": 3.0, "decision_p99_ms": 9.0, "cpu_s": 100.0, **changed,
    }  # fmt: skip


def walked(way: str = PLAIN, seed: int = 1, lines_per_picker_h: float = 100.0) -> Row:
    return {
        "scenario": "s1", "way": way, "seed": seed, "aisles": 20, "metres_per_line": 20.0,
        "lines_per_picker_h": lines_per_picker_h,
    }  # fmt: skip


def found(rows: list[Row], what: str, walking: list[Row] | None = None) -> Verdict:
    all_of_them = verdicts(rows, walking or [], [], COSTS)
    exact = [verdict for verdict in all_of_them if verdict.what == what]
    (verdict,) = exact or [verdict for verdict in all_of_them if verdict.what.startswith(what)]
    return verdict


def test_mean_and_interval_by_hand() -> None:
    # Standard deviation 1, three values: t = 4.303 for two degrees of freedom.
    spread = Spread.of([1.0, 2.0, 3.0])
    assert spread.mean == 2.0
    assert spread.half == pytest.approx(4.303 / 3**0.5)
    assert spread.text(1) == "2.0 ± 2.5"
    assert Spread.of([1_234.0]).text(0) == "1,234"


def test_ratios_are_taken_seed_by_seed() -> None:
    rows = [
        row("joint", 1, items_per_h=2.0), row("joint", 2, items_per_h=6.0),
        row("random", 1, items_per_h=1.0), row("random", 2, items_per_h=2.0),
        row("random", 3, items_per_h=9.0),
    ]  # fmt: skip
    ratio = Runs.of(rows, "s1", "joint", 16).ratio(Runs.of(rows, "s1", "random", 16), "items_per_h")
    assert ratio is not None
    assert (ratio.mean, ratio.count) == (2.5, 2)
    assert Runs.of(rows, "s1", "joint", 16).ratio(Runs.of(rows, "s3", "joint", 16), "lines") is None


def test_what_robots_cost_by_hand() -> None:
    # An hour: 2 people 60, 10 robots 100, 2 stations 2, 100 pods 1, energy 5; 168 in all.
    per_line = COSTS.robots_per_line(1.0, 336.0, robots=10, stations=2, pods=100, energy_kwh=5.0)
    assert per_line == pytest.approx(0.5)


def test_what_walking_costs_by_hand() -> None:
    # 10 people: 300 an hour; their carts 5,000 a year and 500 m of shelves as much: 5 an hour each.
    assert COSTS.walking_per_line(1_000.0, 100.0, 500.0) == pytest.approx(0.31)


def test_costs_are_compared_at_the_same_lines_per_hour() -> None:
    # 4 people 120, 16 robots 160, 4 stations 4, 400 pods 4, 3 kWh: 291 for 1,000 lines.
    assert cost_ratio(row("joint"), walked(), COSTS) == pytest.approx(0.291 / 0.31)


def test_the_assumptions_that_ship_name_everything() -> None:
    shipped = read_assumptions()
    assert shipped.goods_to_person == CostModel()
    assert shipped.walking.cart_yuan > 0


def test_a_goal_holds_or_not_by_its_mean() -> None:
    rows = [row("joint", items_per_h=1_260.0), row("pod_match", items_per_h=1_200.0)]
    what = "S1: items/h, 16 robots, x pod_match"
    assert found(rows, what) == Verdict(what, ">= 1.05", "1.05", True)
    rows = [row("joint", items_per_h=1_259.0), row("pod_match", items_per_h=1_200.0)]
    assert found(rows, what).holds is False


def test_what_was_not_run_is_not_judged() -> None:
    assert {verdict.holds for verdict in verdicts([], [], [], COSTS)} == {None}
    assert found([row("joint")], "S1: items/h, 16 robots, x pod_match").holds is None


def test_late_orders_and_metres() -> None:
    assert found([row("joint", late_share=0.006)], "S1: late orders").holds is False
    assert found([row("joint", late_share=0.005)], "S1: late orders").holds is True
    rows = [row("joint", metres_per_item=15.0), row("first_come_nearest", metres_per_item=50.0)]
    assert found(rows, "S1: m/item, 16 robots, x").holds is True
    assert found([row("joint", metres_per_item=16.1)], "S1: m/item, 16 robots").holds is False


def test_robots_for_ninety_percent_lie_between_two_fleets() -> None:
    rows = [row("joint", robots=8, station_use=0.6), row("joint", robots=16, station_use=1.0)]
    assert robots_needed(rows, "s1", "joint") == pytest.approx(14.0)
    assert found(rows, "S1: robots for 90 %").holds is True
    assert robots_needed(rows[:1], "s1", "joint") is None
    assert robots_needed(rows[1:], "s1", "joint") == 16.0


def test_the_oldest_order_of_any_seed_counts_even_if_it_is_open() -> None:
    base = [row("first_come_nearest", seed) for seed in (1, 2)]
    what = "S1: oldest order"
    assert found([row("joint", 1), row("joint", 2), *base], what).holds is True
    worse = row("joint", 2, oldest_open_s=2_001.0)
    assert found([row("joint", 1), worse, *base], what).holds is False


def test_walking_is_compared_per_person() -> None:
    # 1,000 lines an hour at 4 stations: 250 a person.
    what = "S1: lines per picker-hour, 16 robots, x walking, cart of 12 (first_come, random)"
    assert found([row("joint")], what, [walked(lines_per_picker_h=250 / 3.5)]).holds is True
    assert found([row("joint")], what, [walked(lines_per_picker_h=72.0)]).holds is False


def test_latency_is_judged_by_the_slowest() -> None:
    mega: list[Row] = [
        {"decision": "order release", "p99_ms": 1_001.0, "peak_mb": 300},
        {"decision": "robot assignment", "p99_ms": 250.0, "peak_mb": 1_900},
    ]
    by_name = {verdict.what: verdict.holds for verdict in verdicts([], [], mega, COSTS)}
    assert by_name["S7: order release, p99 CPU ms"] is False
    assert by_name["S7: robot assignment, p99 CPU ms"] is True
    assert by_name["S7: memory, MB"] is True


def test_tables_show_ratios_and_backlogs() -> None:
    rows = [row("joint", items_per_h=2_400.0), row("first_come_nearest")]
    table = rule_rows(rows, COSTS)
    assert [(line["rule"], line["backlog"], line["x"]) for line in table] == [
        ("joint", 200, "2.00"),
        ("first_come_nearest", 200, "1.00"),
    ]
    assert waiting_rows(rows)[0]["age p50/p95/p99/max min"] == "10 / 15 / 17 / 25"
    assert walking_table([walked()], rows, COSTS)[0]["yuan/line"] == "0.310"
    text = markdown(table).splitlines()
    assert len(text) == 4
    assert text[1].startswith("| --- | --- ")


def test_plots_are_drawn_of_part_of_the_rows_too(tmp_path) -> None:  # type: ignore[no-untyped-def]
    rows = [row("joint"), row("joint", 2, robots=8), row("pod_match"), row("joint", scenario="s3")]
    written = save_plots(rows, [walked()], COSTS, tmp_path)
    assert len(written) == 5
    assert all(path.read_text().lstrip().startswith("<?xml") for path in written)
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in save_plots(rows, [walked()], COSTS, tmp_path)] == before


def test_costs_can_be_changed() -> None:
    dear = replace(COSTS, goods_to_person=replace(COSTS.goods_to_person, labour_yuan_per_h=60.0))
    assert cost_ratio(row("joint"), walked(), dear) < cost_ratio(row("joint"), walked(), COSTS)
