"""Robots, trips and chargers in one flow: by hand, by brute force, and what must always hold."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.batteries import BatteryLevels, charge_worth, planned_low
from planner.assign.robots import (
    NOTHING,
    UNREACHABLE_MS,
    Arcs,
    RobotParams,
    RobotPlan,
    RobotProblem,
    assign_robots,
    priced,
)

LEVELS = BatteryLevels(critical=0.15, low=0.35, enough=0.60, full=0.95)
PARAMS = RobotParams()
FAR = UNREACHABLE_MS


def problem(
    trip_ms: list[list[int]] | None = None,
    charger_ms: list[list[int]] | None = None,
    *,
    battery: list[float] | None = None,
    trip: list[int] | None = None,
    charger: list[int] | None = None,
    charging: list[bool] | None = None,
    busy: list[bool] | None = None,
    urgency_ms: list[int] | None = None,
) -> RobotProblem:
    """Full robots with nothing to do, unless it says otherwise; no need to plan charging ahead."""
    r = len(trip_ms or charger_ms or [])
    trips = np.array(trip_ms, dtype=np.int64) if trip_ms else np.empty((r, 0), dtype=np.int64)
    chargers = (
        np.array(charger_ms, dtype=np.int64) if charger_ms else np.empty((r, 0), dtype=np.int64)
    )
    return RobotProblem(
        trip_ms=trips.reshape(r, -1) if r else trips,
        charger_ms=chargers.reshape(r, -1) if r else chargers,
        urgency_ms=np.array(urgency_ms or [0] * trips.shape[1], dtype=np.int64),
        battery=np.array(battery or [1.0] * r),
        trip=np.array(trip or [NOTHING] * r, dtype=np.int64),
        charger=np.array(charger or [NOTHING] * r, dtype=np.int64),
        charging=np.array(charging or [False] * r, dtype=np.bool_),
        busy=np.array(busy or [False] * r, dtype=np.bool_),
        no_charger=np.zeros(r, dtype=np.bool_),
        fleet_battery=np.empty(0),
        drain_per_ms=0.0,
        fill_per_ms=0.0,
    )


def solve(found: RobotProblem, params: RobotParams = PARAMS) -> tuple[list[int], list[int]]:
    plan = assign_robots(found, LEVELS, params)
    assert not plan.greedy
    return plan.trip.tolist(), plan.charger.tolist()


def test_robots_are_shared_out_for_the_least_total_not_the_nearest_first() -> None:
    assert solve(problem([[1_000, 2_000], [2_000, 9_000]]))[0] == [1, 0]


def test_a_greedy_answer_is_at_hand_and_says_so() -> None:
    plan = assign_robots(problem([[1_000, 2_000], [2_000, 9_000]]), LEVELS, PARAMS, greedy=True)
    assert (plan.trip.tolist(), plan.greedy) == ([0, 1], True)


def test_trips_nobody_can_reach_stay_without_a_robot() -> None:
    assert solve(problem([[FAR, 5_000], [FAR, 7_000]]))[0] == [1, NOTHING]


def test_no_robots_and_no_trips() -> None:
    assert solve(problem()) == ([], [])
    assert solve(problem([[]])) == ([NOTHING], [NOTHING])


def test_a_robot_under_way_keeps_its_trip_unless_much_is_gained() -> None:
    gain = PARAMS.switch_gain_ms
    kept = problem([[20_000], [20_000 - gain + 1]], trip=[0, NOTHING])
    assert solve(kept)[0] == [0, NOTHING]
    switched = problem([[20_000], [20_000 - gain - 1]], trip=[0, NOTHING])
    assert solve(switched)[0] == [NOTHING, 0]


def test_two_robots_swap_only_if_both_breaks_pay() -> None:
    gain = PARAMS.switch_gain_ms
    for saved, expected in ((2 * gain - 2, [0, 1]), (2 * gain + 2, [1, 0])):
        crossed = [[30_000, 30_000 - saved // 2], [30_000 - saved // 2, 30_000]]
        assert solve(problem(crossed, trip=[0, 1]))[0] == expected


def test_where_robots_are_few_the_urgent_trip_goes_first() -> None:
    assert solve(problem([[10_000, 30_000]]))[0] == [0]
    assert solve(problem([[10_000, 30_000]], urgency_ms=[0, 25_000]))[0] == [1]


def test_urgency_has_a_limit() -> None:
    """However old a trip is, low robots charge first."""
    old = problem([[1_000]], [[1_000]], battery=[0.34], urgency_ms=[10**9])
    assert solve(old) == ([NOTHING], [0])


def test_a_trip_waits_for_the_robot_that_is_about_to_be_free() -> None:
    """12 s for the one that puts its pod down next door, 40 s for the idle one."""
    found = problem([[40_000], [12_000]], busy=[False, True])
    assert solve(found)[0] == [NOTHING, 0]


def test_a_low_robot_charges_before_it_works() -> None:
    found = problem([[1_000], [50_000]], [[60_000], [60_000]], battery=[0.30, 0.9])
    assert solve(found) == ([NOTHING, 0], [0, NOTHING])


def test_a_low_robot_works_on_while_no_charger_is_free_a_critical_one_does_not() -> None:
    assert solve(problem([[1_000]], battery=[0.30]))[0] == [0]
    assert solve(problem([[1_000]], battery=[0.15]))[0] == [NOTHING]


def test_a_robot_that_falls_below_critical_on_its_way_gives_the_trip_up_for_a_charger() -> None:
    found = problem([[1_000]], [[9_000]], battery=[0.14], trip=[0])
    assert solve(found) == ([NOTHING], [0])
    still_low = problem([[1_000]], [[9_000]], battery=[0.20], trip=[0])
    assert solve(still_low) == ([0], [NOTHING])


def test_the_lowest_gets_the_only_charger() -> None:
    found = problem(charger_ms=[[5_000], [5_000], [5_000]], battery=[0.3, 0.2, 0.25])
    assert solve(found)[1] == [NOTHING, 0, NOTHING]


def test_idle_robots_charge_when_it_is_worth_the_way() -> None:
    eager = RobotParams(opportunity_ms=120_000)
    assert solve(problem(charger_ms=[[20_000]], battery=[0.50]), eager)[1] == [0]
    assert solve(problem(charger_ms=[[200_000]], battery=[0.50]), eager)[1] == [NOTHING]
    busy_day = replace(problem(charger_ms=[[20_000]], battery=[0.50]), lull=False)
    assert solve(busy_day, eager)[1] == [NOTHING]
    nearly_full = LEVELS.full - PARAMS.opportunity_gap
    assert solve(problem(charger_ms=[[1_000]], battery=[nearly_full]), eager)[1] == [NOTHING]


def test_work_calls_a_robot_back_that_goes_charging_without_need() -> None:
    found = problem([[90_000]], [[1_000]], battery=[0.50], charger=[0])
    assert solve(found) == ([0], [NOTHING])


def test_a_robot_at_the_charger_stays_until_enough_if_work_waits_and_until_full_if_not() -> None:
    def at_charger(battery: float, work: bool) -> tuple[list[int], list[int]]:
        trips = [[1_000]] if work else None
        return solve(problem(trips, [[0]], battery=[battery], charger=[0], charging=[True]))

    assert at_charger(0.59, work=True) == ([NOTHING], [0])
    assert at_charger(0.60, work=True) == ([0], [NOTHING])
    assert at_charger(0.94, work=False) == ([NOTHING], [0])
    assert at_charger(0.95, work=False) == ([NOTHING], [NOTHING])


def test_only_as_many_robots_leave_the_chargers_as_work_needs() -> None:
    found = problem(
        [[9_000], [4_000]],
        [[0, FAR], [FAR, 0]],
        battery=[0.7, 0.7],
        charger=[0, 1],
        charging=[True, True],
    )
    assert solve(found) == ([NOTHING, 0], [0, NOTHING])


@pytest.mark.parametrize(
    ("occupant", "comer", "expected"),
    [
        (0.70, 0.30, [NOTHING, 0]),  # charged enough: the low one gets the place
        (0.59, 0.20, [0, NOTHING]),  # not yet
        (0.70, 0.50, [0, NOTHING]),  # no need
    ],
)
def test_a_charger_is_made_free_for_who_needs_it(
    occupant: float, comer: float, expected: list[int]
) -> None:
    found = problem(
        charger_ms=[[0], [8_000]],
        battery=[occupant, comer],
        charger=[0, NOTHING],
        charging=[True, False],
    )
    assert solve(found)[1] == expected


def test_charging_begins_early_if_all_would_run_low_at_once() -> None:
    """One charger, 10 min per robot, each using 6 % in that time: the tenth of ten works on for
    nine rounds, 54 %, and should then be at 15 %; at 60 % all are short by 9 %."""
    round_ms = 600_000
    drain, fill = 0.06 / round_ms, 0.25 / round_ms
    fleet = np.full(10, 0.60)
    assert planned_low(fleet, 1, drain, fill, LEVELS) == pytest.approx(0.35 + 0.09)
    assert planned_low(fleet, 5, drain, fill, LEVELS) == LEVELS.low
    assert planned_low(np.full(30, 0.60), 1, drain, fill, LEVELS) == LEVELS.enough
    assert planned_low(np.empty(0), 1, drain, fill, LEVELS) == LEVELS.low
    assert planned_low(fleet, 0, drain, fill, LEVELS) == LEVELS.low


def test_what_is_planned_ahead_goes_before_work() -> None:
    calm = problem([[1_000]], [[1_000]], battery=[0.40])
    assert solve(calm) == ([0], [NOTHING])
    fleet = np.array([0.40] * 20)
    tight = replace(calm, fleet_battery=fleet, drain_per_ms=0.05 / 60_000, fill_per_ms=1e-6)
    assert solve(tight) == ([NOTHING], [0])


def test_charging_is_worth_the_more_the_lower_the_battery() -> None:
    battery = np.array([0.95, 0.6, 0.36, 0.34, 0.25, 0.15, 0.05])
    urgent = battery < LEVELS.low
    worth = charge_worth(battery, urgent, LEVELS.low, LEVELS, 1_000_000, 240_000).tolist()
    assert worth == sorted(worth)
    assert worth[0] == 0
    assert worth[2] < 240_000
    assert 1_500_000 < worth[3] < worth[4] == 2_000_000
    assert worth[5] == worth[6] == 2_500_000


def test_more_robots_than_are_looked_at_lose_no_trip() -> None:
    """All 30 trips see the same 3 nearest robots; the others come by their own nearest trips."""
    ms = [[1_000 * (robot + 1) + trip for trip in range(30)] for robot in range(30)]
    trips = solve(problem(ms), RobotParams(nearest=3))[0]
    assert sum(trip != NOTHING for trip in trips) > 3


@st.composite
def problems(draw: st.DrawFn, most: int = 7) -> RobotProblem:
    r, t, c = draw(st.integers(1, most)), draw(st.integers(0, most)), draw(st.integers(0, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    trip_ms = rng.integers(0, 90_000, (r, t))
    trip_ms[rng.random((r, t)) < 0.15] = FAR
    charger_ms = rng.integers(0, 90_000, (r, c))
    trip, charger = np.full(r, NOTHING), np.full(r, NOTHING)
    busy = rng.random(r) < 0.15
    free = rng.permutation(np.flatnonzero(~busy))
    has = min(len(free), t, draw(st.integers(0, most)))
    trip[free[:has]] = rng.permutation(t)[:has]
    docked = free[has : has + draw(st.integers(0, c))]
    charger[docked] = rng.permutation(c)[: len(docked)]
    charging = np.zeros(r, dtype=np.bool_)
    charging[docked] = rng.random(len(docked)) < 0.5
    return RobotProblem(
        trip_ms=trip_ms.astype(np.int64),
        charger_ms=charger_ms.astype(np.int64),
        urgency_ms=rng.integers(0, 60_000, t).astype(np.int64),
        battery=rng.random(r),
        trip=trip.astype(np.int64),
        charger=charger.astype(np.int64),
        charging=charging,
        busy=busy,
        no_charger=rng.random(r) < 0.1,
        fleet_battery=rng.random(r),
        drain_per_ms=float(rng.random() * 1e-6),
        fill_per_ms=float(rng.random() * 1e-6),
    )


def cost_of(found: RobotProblem, plan: RobotPlan, params: RobotParams) -> int:
    """What a plan costs; fails if it does something that is not to be done."""
    arcs = priced(found, LEVELS, params)
    known = {
        (robot, target): cost
        for robot, target, cost in zip(
            arcs.robot.tolist(), arcs.target.tolist(), arcs.cost.tolist(), strict=True
        )
    }
    trips = found.trip_ms.shape[1]
    total = 0
    for robot, (trip, charger) in enumerate(
        zip(plan.trip.tolist(), plan.charger.tolist(), strict=True)
    ):
        assert trip == NOTHING or charger == NOTHING
        if trip != NOTHING:
            total += known[robot, trip]
        elif charger != NOTHING:
            total += known[robot, trips + charger]
    return total


def given_once(plan: RobotPlan) -> bool:
    trips = plan.trip[plan.trip != NOTHING].tolist()
    chargers = plan.charger[plan.charger != NOTHING].tolist()
    return len(set(trips)) == len(trips) and len(set(chargers)) == len(chargers)


@given(problems(), st.integers(1, 8))
def test_every_trip_and_charger_goes_to_one_robot_and_greedy_is_never_better(
    found: RobotProblem, nearest: int
) -> None:
    params = RobotParams(nearest=nearest)
    plan = assign_robots(found, LEVELS, params)
    greedy = assign_robots(found, LEVELS, params, greedy=True)
    assert given_once(plan)
    assert given_once(greedy)
    assert cost_of(found, plan, params) <= cost_of(found, greedy, params)


@settings(max_examples=60)
@given(problems(most=4))
def test_nothing_is_cheaper(found: RobotProblem) -> None:
    plan = assign_robots(found, LEVELS, PARAMS)
    arcs = priced(found, LEVELS, PARAMS)
    assert cost_of(found, plan, PARAMS) == cheapest(arcs, len(found.battery))


def cheapest(arcs: Arcs, robots: int) -> int:
    """Of all ways to give robots different targets, or none."""
    choices: list[list[tuple[int, int]]] = [[(NOTHING, 0)] for _ in range(robots)]
    for robot, target, cost in zip(
        arcs.robot.tolist(), arcs.target.tolist(), arcs.cost.tolist(), strict=True
    ):
        choices[robot].append((target, cost))
    best = 0
    for choice in product(*choices):
        targets = [target for target, _ in choice if target != NOTHING]
        if len(set(targets)) == len(targets):
            best = min(best, sum(cost for _, cost in choice))
    return best


@given(problems())
def test_the_same_costs_keep_the_same_assignment(found: RobotProblem) -> None:
    """From the second cycle on: only a robot without a trip can need a charger urgently."""
    free = ~found.busy
    plans = []
    for _ in range(3):
        plan = assign_robots(found, LEVELS, PARAMS)
        plans.append((plan.trip[free].tolist(), plan.charger[free].tolist()))
        found = replace(
            found,
            trip=np.where(free, plan.trip, NOTHING),
            charger=np.where(free, plan.charger, NOTHING),
            charging=found.charging & (found.charger == plan.charger),
        )
    assert plans[1] == plans[2]


@given(problems())
def test_who_is_critical_fetches_nothing(found: RobotProblem) -> None:
    plan = assign_robots(found, LEVELS, PARAMS)
    assert (plan.trip[found.battery <= LEVELS.critical] == NOTHING).all()
    assert (plan.charger[found.busy] == NOTHING).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"nearest": 0},
        {"switch_gain_ms": -1},
        {"age_weight": -0.1},
        {"opportunity_gap": 1.5},
        {"trip_worth_ms": 100_000},
    ],
)
def test_params_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        RobotParams(**wrong)  # type: ignore[arg-type]


def test_battery_levels_must_rise() -> None:
    with pytest.raises(ValueError, match="must rise"):
        BatteryLevels(critical=0.4)
