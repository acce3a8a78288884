"""Neighbouring stations decided anew: by hand, and against trying everything."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.neighbourhood import (
    Job,
    NearPod,
    NearStation,
    Neighbourhood,
    NeighbourhoodParams,
    NeighbourhoodPlan,
    Serving,
    improve,
    near_stations,
)
from planner.assign.release import ReleaseParams
from planner.warehouse.ids import PodId, Sku, StationId

A, B, C = SKUS = [Sku(name) for name in "ABC"]
PODS = [PodId(f"P{number}") for number in range(4)]
LEFT, RIGHT = NEAR = (StationId("left"), StationId("right"))
RELEASE = ReleaseParams(line_cost_s=60.0)
PARAMS = NeighbourhoodParams(stations=2, margin=0.0, effort_s=2.0)
NEAR_MS = {LEFT: 6_000, RIGHT: 6_000}
"""A tenth of a line."""


def order(*skus: Sku, now: Serving | None = None) -> Job:
    return Job(tuple((sku, 1) for sku in skus), float(len(skus)), NEAR, now=now)


def served(station: StationId, **sources: PodId) -> Serving:
    return Serving(station, {(Sku(sku), pod): 1 for sku, pod in sources.items()})


def crossed() -> Neighbourhood:
    """A pod with A comes to the left and serves one order there; at the right one with B serves
    another. Both stations call a second pod, with B and with A, for an order each that the first
    pod of the neighbour could serve."""
    pods = [
        NearPod(PODS[2], NEAR_MS, LEFT),
        NearPod(PODS[3], NEAR_MS, RIGHT),
    ]
    contents = {PODS[0]: {A: 2}, PODS[1]: {B: 2}, PODS[2]: {B: 1}, PODS[3]: {A: 1}}
    jobs = [
        order(A, now=served(LEFT, A=PODS[0])),
        order(B, now=served(RIGHT, B=PODS[1])),
        order(B, now=served(LEFT, B=PODS[2])),
        order(A, now=served(RIGHT, A=PODS[3])),
    ]
    stations = [NearStation(LEFT, 1, 2), NearStation(RIGHT, 1, 2)]
    return Neighbourhood(stations, 2, {PODS[0]: LEFT, PODS[1]: RIGHT}, pods, contents, jobs)


def test_two_orders_that_change_stations_save_two_visits() -> None:
    plan = improve(crossed(), RELEASE, PARAMS)
    assert not plan.kept
    assert not plan.out_of_time
    assert plan.pods == {}
    assert plan.served == {
        0: served(LEFT, A=PODS[0]),
        1: served(RIGHT, B=PODS[1]),
        2: served(RIGHT, B=PODS[1]),
        3: served(LEFT, A=PODS[0]),
    }
    assert plan.worth == pytest.approx(4.0)
    assert plan.worth_now == pytest.approx(3.8)


def test_the_answer_of_now_stays_unless_the_gain_reaches_the_margin() -> None:
    case = crossed()
    wide = improve(case, RELEASE, replace(PARAMS, margin=0.3))
    assert wide.kept
    assert not wide.out_of_time
    assert wide.worth == wide.worth_now == pytest.approx(3.8)
    assert wide.pods == {PODS[2]: LEFT, PODS[3]: RIGHT}
    assert wide.served == {index: job.now for index, job in enumerate(case.jobs)}
    assert not improve(case, RELEASE, replace(PARAMS, margin=0.2)).kept


def test_out_of_time_the_answer_of_now_stays_and_that_is_said() -> None:
    plan = improve(crossed(), RELEASE, replace(PARAMS, effort_s=1e-9))
    assert plan.kept
    assert plan.out_of_time
    assert plan.pods == {PODS[2]: LEFT, PODS[3]: RIGHT}


def test_pods_change_stations() -> None:
    """Each of two pods has been called to where the other one's line is open."""
    lines = [Job(((sku, 1),), 3.0, (at,), False) for sku, at in ((A, LEFT), (B, RIGHT))]
    pods = [NearPod(PODS[0], NEAR_MS, RIGHT, True), NearPod(PODS[1], NEAR_MS, LEFT, True)]
    stations = [NearStation(LEFT, 1, 0), NearStation(RIGHT, 1, 0)]
    case = Neighbourhood(stations, 2, {}, pods, {PODS[0]: {A: 1}, PODS[1]: {B: 1}}, lines)
    plan = improve(case, RELEASE, PARAMS)
    assert plan.pods == {PODS[0]: LEFT, PODS[1]: RIGHT}
    assert plan.served == {0: served(LEFT, A=PODS[0]), 1: served(RIGHT, B=PODS[1])}


@pytest.mark.parametrize(("begun", "comes"), [(False, 1), (True, 0)])
def test_another_pod_comes_instead_unless_a_robot_is_on_its_way(begun: bool, comes: int) -> None:
    jobs = [order(A, now=served(LEFT, A=PODS[0])), replace(order(B), worth=1.5)]
    pods = [NearPod(PODS[0], NEAR_MS, LEFT, begun), NearPod(PODS[1], NEAR_MS)]
    stations = [NearStation(LEFT, 1, 2), NearStation(RIGHT, 0, 2)]
    case = Neighbourhood(stations, 1, {}, pods, {PODS[0]: {A: 1}, PODS[1]: {B: 1}}, jobs)
    assert improve(case, RELEASE, PARAMS).pods == {PODS[comes]: LEFT}


def test_orders_of_two_pods_need_places() -> None:
    jobs = [order(A, B), order(A, B)]
    contents = {PODS[0]: {A: 9}, PODS[1]: {B: 9}}
    for places in (0, 1, 2):
        stations = [NearStation(LEFT, 0, places)]
        case = Neighbourhood(stations, 0, dict.fromkeys(PODS[:2], LEFT), [], contents, jobs)
        assert len(improve(case, RELEASE, PARAMS).served) == places


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stations": 1}, r"stations must be 0 \(off\), 2 or 3 \(found 1\)"),
        ({"stations": 4}, r"stations must be 0 \(off\), 2 or 3 \(found 4\)"),
        ({"every_s": 0}, r"every_s must be positive \(found 0\)"),
        ({"effort_s": 0.0}, r"effort_s must be positive \(found 0.0\)"),
        ({"orders": -1}, r"orders must be 0 or more \(found -1\)"),
        ({"pods": -1}, r"pods must be 0 or more \(found -1\)"),
        ({"margin": -0.5}, r"margin must be 0 or more \(found -0.5\)"),
        ({"turn_back": -1.0}, r"turn_back must be 0 or more \(found -1.0\)"),
        ({"seed": -1}, r"seed must be 0 or more \(found -1\)"),
    ],
)
def test_senseless_parameters_are_refused(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        NeighbourhoodParams(**wrong)


def test_each_station_has_its_turn_with_the_nearest() -> None:
    names = [StationId(f"S{number}") for number in range(4)]

    def apart(one: StationId, other: StationId) -> int:
        return 1_000 * abs(names.index(one) - names.index(other))

    turns = [near_stations(names, apart, number, PARAMS) for number in range(3, 7)]
    assert turns == [
        (names[0], names[1]),
        (names[1], names[0]),
        (names[2], names[1]),
        (names[3], names[2]),
    ]
    three = replace(PARAMS, stations=3)
    assert near_stations(names, apart, 3, three) == tuple(names[:3])
    assert near_stations(names[:1], apart, 0, PARAMS) == ()
    assert near_stations(names, apart, 0, NeighbourhoodParams()) == ()


# --- against trying everything -------------------------------------------------------------------

HELD = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3), max_size=3)
WANTED = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 2), min_size=1, max_size=2)


@st.composite
def neighbourhoods(draw: st.DrawFn) -> Neighbourhood:
    """Two stations, up to four pods, up to three jobs, and a possible answer of now."""
    contents = {pod: draw(HELD) for pod in PODS[: draw(st.integers(1, 4))]}
    settled = {pod: draw(st.sampled_from(NEAR)) for pod in contents if draw(st.booleans())}
    pods = []
    for pod in contents.keys() - settled.keys():
        ways = {at: draw(st.integers(1, 60)) * 1_000 for at in NEAR if draw(st.booleans())}
        pods.append(NearPod(pod, ways))
    pods.sort(key=lambda pod: pod.pod)
    jobs = []
    for _ in range(draw(st.integers(0, 3))):
        worth = draw(st.integers(1, 40)) / 8
        if draw(st.booleans()):
            jobs.append(Job(tuple(draw(WANTED).items()), worth, NEAR))
        else:
            line = (draw(st.sampled_from(SKUS)), draw(st.integers(1, 2)))
            jobs.append(Job((line,), worth, (draw(st.sampled_from(NEAR)),), False))
    stations = [NearStation(at, draw(st.integers(0, 2)), draw(st.integers(0, 1))) for at in NEAR]
    case = Neighbourhood(stations, draw(st.integers(0, 3)), settled, pods, contents, jobs)
    return _with_answer_of_now(case, draw(st.integers(0, 10_000)))


def _with_answer_of_now(case: Neighbourhood, number: int) -> Neighbourhood:
    """The answers of a solver with other worths are possible ones, and seldom the best."""
    worths = [0.5 + (number * (index + 3)) % 7 for index in range(len(case.jobs))]
    jobs = [replace(job, worth=worth) for job, worth in zip(case.jobs, worths, strict=True)]
    plan = improve(replace(case, jobs=jobs), RELEASE, PARAMS)
    return replace(
        case,
        jobs=[replace(job, now=plan.served.get(index)) for index, job in enumerate(case.jobs)],
        pods=[
            replace(
                pod, station=plan.pods.get(pod.pod), begun=pod.pod in plan.pods and number % 2 == 0
            )
            for pod in case.pods
        ],
    )


def worth_of(
    case: Neighbourhood, pods: Mapping[PodId, StationId], served: Mapping[int, object]
) -> float:
    near = {pod.pod: pod for pod in case.pods}
    ways = sum(near[pod].travel_ms[at] / 1000 / RELEASE.line_cost_s for pod, at in pods.items())
    kept = sum(PARAMS.turn_back for pod in pods if near[pod].begun)
    return sum(case.jobs[index].worth for index in served) - ways + kept


def possible(case: Neighbourhood, plan: NeighbourhoodPlan) -> bool:
    """Pods, stock and places suffice, and all that is served is served whole."""
    at = {**case.settled, **plan.pods}
    taken: Counter[tuple[PodId, Sku]] = Counter()
    split: Counter[StationId] = Counter()
    for index, serving in plan.served.items():
        job, brought = case.jobs[index], Counter[Sku]()
        for (sku, pod), pieces in serving.pieces.items():
            assert at[pod] == serving.station
            taken[pod, sku] += pieces
            brought[sku] += pieces
        assert dict(brought) == dict(job.pieces)
        assert serving.station in job.stations
        split[serving.station] += job.needs_place and len(serving.pods) > 1
    came = Counter(plan.pods.values())
    return (
        all(pieces <= case.contents[pod].get(sku, 0) for (pod, sku), pieces in taken.items())
        and all(split[one.station] <= one.places for one in case.stations)
        and all(came[one.station] <= one.pods for one in case.stations)
        and len(plan.pods) <= case.robots
    )


def best_worth(case: Neighbourhood) -> float:
    """Every way to send the pods, times every way to serve the jobs."""
    best = -1e9
    choices = [[None, *pod.travel_ms] for pod in case.pods]
    for sent in product(*choices):
        pods = {pod.pod: at for pod, at in zip(case.pods, sent, strict=True) if at is not None}
        came = Counter(pods.values())
        if len(pods) <= case.robots and all(came[s.station] <= s.pods for s in case.stations):
            best = max(best, *(worth_of(case, pods, done) for done in _ways_to_serve(case, pods)))
    return best


def _ways_to_serve(
    case: Neighbourhood, sent: Mapping[PodId, StationId]
) -> Iterator[dict[int, object]]:
    """A job is left, served by one pod, or by all that are at a station."""
    at = {**case.settled, **sent}
    ways: list[list[tuple[StationId, PodId | None] | None]] = [
        [
            None,
            *((at[pod], pod) for pod in at if at[pod] in job.stations),
            *((station, None) for station in job.stations),
        ]
        for job in case.jobs
    ]
    for chosen in product(*ways):
        served = {index: way for index, way in enumerate(chosen) if way is not None}
        if _stock_and_places_suffice(case, at, served):
            yield dict(served)


def _stock_and_places_suffice(
    case: Neighbourhood,
    at: Mapping[PodId, StationId],
    served: Mapping[int, tuple[StationId, PodId | None]],
) -> bool:
    left = {(pod, sku): pieces for pod in at for sku, pieces in case.contents[pod].items()}
    shared: Counter[tuple[StationId, Sku]] = Counter()
    split: Counter[StationId] = Counter()
    for index, (station, pod) in served.items():
        split[station] += pod is None and case.jobs[index].needs_place
        for sku, pieces in case.jobs[index].pieces:
            if pod is None:
                shared[station, sku] += pieces
            else:
                left[pod, sku] = left.get((pod, sku), 0) - pieces
    return (
        min(left.values(), default=0) >= 0
        and all(
            sum(n for (pod, held), n in left.items() if held == sku and at[pod] == station) >= want
            for (station, sku), want in shared.items()
        )
        and all(split[one.station] <= one.places for one in case.stations)
    )


@settings(max_examples=100, deadline=None)
@given(neighbourhoods())
def test_as_good_as_trying_everything(case: Neighbourhood) -> None:
    plan = improve(case, RELEASE, PARAMS)
    assert possible(case, plan)
    assert not plan.out_of_time
    assert plan.worth == pytest.approx(worth_of(case, plan.pods, plan.served), abs=0.01)
    assert plan.worth == pytest.approx(best_worth(case), abs=0.01)
    assert plan == improve(case, RELEASE, PARAMS)


@settings(max_examples=40, deadline=None)
@given(neighbourhoods(), st.sampled_from([1e-9, 1e-4, 1e-3]), st.floats(0, 3))
def test_never_worse_than_now_however_little_time_there_is(
    case: Neighbourhood, effort_s: float, margin: float
) -> None:
    plan = improve(case, RELEASE, replace(PARAMS, effort_s=effort_s, margin=margin))
    assert possible(case, plan)
    assert plan.worth >= plan.worth_now
    assert plan.kept or plan.worth > plan.worth_now
    assert plan.kept or plan.worth >= plan.worth_now + margin - 0.001
