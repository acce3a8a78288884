"""S7, planner only: how long one decision takes on a very large floor.

400 x 250 m, 100 stations, 50,000 pods of 20 SKUs, 1,000 robots, 100,000 SKUs, 20,000 orders
waiting. Nothing drives: in every round a station wants its next pod and all robots are free, drawn
from the seed, and the decisions are timed as the dispatcher calls them.
"""

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from time import thread_time

import numpy as np
import numpy.typing as npt

from benchmarks.macro.g2p_demand import popularity
from benchmarks.report import Row
from planner.assign.matches import Matches
from planner.assign.release import ReleaseParams, StationNeed, Wish, best_visit
from planner.assign.robots import NOTHING, RobotParams, RobotProblem, assign_robots
from planner.dispatch.params import DispatchParams
from planner.warehouse.ids import OrderId, PodId, Sku
from sim_worlds.measure import quantile

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
SPEED_MPS = 1.5
PIECES = 100
"""Of every SKU in a pod."""


@dataclass(frozen=True, slots=True)
class MegaSize:
    """How large; metres east and north."""

    stations: int = 100
    pods: int = 50_000
    robots: int = 1_000
    skus: int = 100_000
    orders: int = 20_000
    skus_per_pod: int = 20
    floor_m: tuple[float, float] = (400.0, 250.0)


@dataclass(frozen=True, slots=True)
class Mega:
    """``pod_skus`` (pods, skus per pod) are what pods hold, the more often asked for in more pods;
    ``orders`` the SKUs of each order; ``pod_m`` (pods, 2), ``station_m`` (stations, 2) and
    ``robot_m`` (robots, 2) where they stand; ``pods_of`` the pods of each SKU."""

    size: MegaSize
    pod_skus: IntArray
    orders: tuple[tuple[int, ...], ...]
    pod_m: FloatArray
    station_m: FloatArray
    robot_m: FloatArray
    pods_of: tuple[tuple[int, ...], ...]


def mega(seed: int, size: MegaSize | None = None) -> Mega:
    """A floor, its stock and its backlog; every SKU is in a pod at least."""
    size = size or MegaSize()
    random = np.random.default_rng(seed)
    weights = popularity(size.skus)
    slots = size.pods * size.skus_per_pod
    spread = np.sqrt(weights)
    more = random.choice(size.skus, max(0, slots - size.skus), p=spread / spread.sum())
    held = np.concatenate([np.arange(size.skus), more])[:slots]
    random.shuffle(held)
    pod_skus = held.reshape(size.pods, size.skus_per_pod).astype(np.int64)
    lines = 1 + random.choice(3, size.orders, p=(0.6, 0.3, 0.1))
    asked = random.choice(size.skus, int(lines.sum()), p=weights)
    parts = np.split(asked, np.cumsum(lines)[:-1])
    area = np.array(size.floor_m)
    pods_of: list[list[int]] = [[] for _ in range(size.skus)]
    for pod, skus in enumerate(pod_skus.tolist()):
        for sku in skus:
            pods_of[sku].append(pod)
    return Mega(
        size,
        pod_skus,
        tuple(tuple(dict.fromkeys(part.tolist())) for part in parts),
        random.random((size.pods, 2)) * area,
        _along_the_walls(size),
        random.random((size.robots, 2)) * area,
        tuple(tuple(dict.fromkeys(pods)) for pods in pods_of),
    )


def _along_the_walls(size: MegaSize) -> FloatArray:
    """Half of the stations to the south, half to the north."""
    east, north = size.floor_m
    half = (size.stations + 1) // 2
    at = [(east * (i % half + 0.5) / half, 0.0 if i < half else north)
          for i in range(size.stations)]  # fmt: skip
    return np.array(at)


def matches_of(instance: Mega) -> tuple[Matches, dict[OrderId, Wish]]:
    """The index of stock and wishes, and the wishes: all orders wait, a third of them for long."""
    matches = Matches()
    for pod, skus in enumerate(instance.pod_skus.tolist()):
        held = {Sku(str(sku)): PIECES for sku in skus}
        matches.contents[PodId(str(pod))] = held
    for sku, pods in enumerate(instance.pods_of):
        matches.holders[Sku(str(sku))] = {PodId(str(pod)): PIECES for pod in pods}
    wishes = {}
    for number, skus in enumerate(instance.orders):
        name = OrderId(str(number))
        pieces = tuple((Sku(str(sku)), 1) for sku in skus)
        wishes[name] = Wish(name, pieces, 2.0 if number % 3 == 0 else 1.0)
        for sku, count in pieces:
            matches.want(name, sku, count)
    return matches, wishes


def order_release(instance: Mega, random: np.random.Generator) -> Iterator[Callable[[], object]]:
    """A station with three pods under way and six open lines chooses its next pod and takes the
    orders that go with it off the backlog."""
    matches, wishes = matches_of(instance)
    params = ReleaseParams()
    while True:
        pods = [PodId(str(pod)) for pod in random.integers(0, instance.size.pods, 3).tolist()]
        place = instance.station_m[random.integers(0, instance.size.stations)]
        open_lines = [
            (Sku(str(sku)), 1, 2.0) for sku in random.integers(0, instance.size.skus, 6).tolist()
        ]
        under_way = {sku: PIECES for pod in pods for sku in matches.contents[pod]}
        need = StationNeed(under_way, open_lines)

        def travel_ms(pod: PodId, place: FloatArray = place) -> int:
            metres = np.abs(instance.pod_m[int(pod)] - place).sum()
            return round(1000 * metres / SPEED_MPS)

        def decide(
            need: StationNeed = need, travel_ms: Callable[[PodId], int] = travel_ms
        ) -> object:
            choice = best_visit(need, wishes.values(), matches, travel_ms, params)
            for name in choice.orders if choice is not None else ():
                for sku, _ in wishes.pop(name).pieces:
                    matches.want(name, sku, 0)
            return choice

        yield decide


def robot_assignment(instance: Mega, random: np.random.Generator) -> Iterator[Callable[[], object]]:
    """All robots could fetch one of as many pods; straight lines, as the solver sees only times."""
    size = instance.size
    count = size.robots
    nothing = np.full(count, NOTHING, dtype=np.int64)
    nobody = np.zeros(count, dtype=np.bool_)
    params, levels = RobotParams(), DispatchParams().levels()
    while True:
        trips = random.choice(size.pods, min(count, size.pods), replace=False)
        offset = instance.robot_m[:, None, :] - instance.pod_m[trips][None, :, :]
        battery = random.uniform(0.4, 1.0, count)
        problem = RobotProblem(
            trip_ms=(np.abs(offset).sum(axis=2) / SPEED_MPS * 1000).astype(np.int64),
            charger_ms=np.zeros((count, 0), dtype=np.int64),
            urgency_ms=np.zeros(len(trips), dtype=np.int64),
            battery=battery,
            trip=nothing,
            charger=nothing,
            charging=nobody,
            busy=nobody,
            no_charger=nobody,
            fleet_battery=battery,
            drain_per_ms=1e-8,
            fill_per_ms=1e-7,
        )
        yield partial(assign_robots, problem, levels, params)


DECISIONS: dict[str, Callable[[Mega, np.random.Generator], Iterator[Callable[[], object]]]] = {
    "order release": order_release,
    "robot assignment": robot_assignment,
}


def mega_rows(
    seed: int,
    rounds: int,
    size: MegaSize | None = None,
    on_round: Callable[[], None] = lambda: None,
) -> Iterator[Row]:
    """A row for each decision: CPU ms over ``rounds`` calls, and the peak memory of this process
    so far."""
    instance = mega(seed, size)
    for name, draw in DECISIONS.items():
        random = np.random.default_rng(seed)
        times_ms: list[float] = []
        for decide in islice(draw(instance, random), rounds):
            began_s = thread_time()
            decide()
            times_ms.append((thread_time() - began_s) * 1000)
            on_round()
        times_ms.sort()
        yield {
            "decision": name,
            "calls": rounds,
            "p50_ms": round(quantile(times_ms, 0.5), 2),
            "p99_ms": round(quantile(times_ms, 0.99), 2),
            "max_ms": round(times_ms[-1], 2),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
