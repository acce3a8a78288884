"""Part of phase 4: what neighbouring stations have chosen and nobody has begun is decided anew. Off
by default (:class:`planner.assign.neighbourhood.NeighbourhoodParams`).

Free are pods that have been asked for and are not lifted yet, and orders that are bound, wholly
promised and without a place on a put wall. Lines whose orders stay where they are can be served by
other pods. Everything else is as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from planner.assign.neighbourhood import (
    Job,
    NearPod,
    NearStation,
    Neighbourhood,
    NeighbourhoodPlan,
    Serving,
    improve,
    near_stations,
)
from planner.assign.release import ReleaseRule
from planner.dispatch.phases.allocate import end_promise, serve_line
from planner.dispatch.phases.binding import earn_credit, give, room_for_waiting, unbind
from planner.dispatch.phases.changes import can_stop
from planner.dispatch.phases.release import Wishes, new_visit, weight
from planner.dispatch.state import Line, OpenOrder, Phase, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId, StationId

_POOL = 4
"""Of so many times the pods that are looked at the ways are worked out."""


@dataclass(slots=True)
class _Free:
    """What can be decided anew: the visits by pod, and for each job what it is (an order, or lines
    that stay at their station), its job, and the picks that serve it now."""

    visits: dict[PodId, Visit]
    owners: list[OrderId | LineId] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    picks: list[list[PickId]] = field(default_factory=list)

    def add(self, owner: OrderId | LineId, job: Job, picks: Iterable[PickId] = ()) -> None:
        """One job more."""
        self.owners.append(owner)
        self.jobs.append(job)
        self.picks.append(list(picks))


def improve_neighbourhood(turn: Turn) -> None:
    """``every_s`` seconds after the last the next neighbourhood is decided anew in which there is a
    pod whose way can still be changed."""
    params = turn.params.neighbourhood
    joint = turn.params.release.rule is ReleaseRule.JOINT
    if not params.stations or not joint or turn.now_ms < turn.state.next_improve_ms:
        return
    near = _near(turn, turn.state.neighbourhoods)
    turn.state.neighbourhoods += 1
    visits = _free_visits(turn, near)
    if not visits:
        return
    turn.state.next_improve_ms = turn.now_ms + 1000 * params.every_s
    free = _free(turn, near, visits)
    plan = improve(_problem(turn, near, free), turn.params.release, params)
    turn.count(
        improvements=1,
        improvements_taken=not plan.kept,
        improvements_out_of_time=plan.out_of_time,
    )
    if not plan.kept:
        _apply(turn, free, plan)


# --- what is free --------------------------------------------------------------------------------


def _near(turn: Turn, number: int) -> tuple[StationId, ...]:
    floor = turn.floor

    def apart_ms(one: StationId, other: StationId) -> int:
        return floor.to_station_ms(other, floor.station_nodes[one], turn.obstacles)

    return near_stations(turn.open_stations(), apart_ms, number, turn.params.neighbourhood)


def _free_visits(turn: Turn, near: Sequence[StationId]) -> dict[PodId, Visit]:
    return {
        visit.pod: visit
        for station in near
        for visit in turn.inbound(station)
        if _may_change(turn, visit)
    }


def _may_change(turn: Turn, visit: Visit) -> bool:
    """Pods that only come to be picked from and that nobody has lifted, or may lift any moment."""
    if visit.phase not in (Phase.REQUESTED, Phase.FETCH) or visit.spot is not None:
        return False
    if visit.puts or visit.counts:
        return False
    if visit.station not in _ways(turn, visit.pod, [visit.station]):
        return False
    if visit.robot is None:
        return True
    robot = turn.robot(visit.robot)
    return not robot.silent and can_stop(turn, robot, visit)


def _ways(turn: Turn, pod: PodId, near: Iterable[StationId]) -> dict[StationId, int]:
    """How long a pod that stands on the floor would drive to each station that it can reach."""
    node = turn.state.pods.get(pod)
    if node is None or node in turn.obstacles:
        return {}
    ways = {name: turn.floor.to_station_ms(name, node, turn.obstacles) for name in near}
    return {name: travel_ms for name, travel_ms in ways.items() if travel_ms < FAR_MS}


def _free(turn: Turn, near: Sequence[StationId], visits: dict[PodId, Visit]) -> _Free:
    free, promised = _Free(visits), _promised(turn, near)
    movable = [name for station in near for name in turn.state.bound.get(station, ())]
    movable = [name for name in movable if _may_move(turn, name, promised.get(name, []))]
    for name in movable:
        _add_order(turn, free, turn.state.orders[name], near, promised[name])
    _add_lines(turn, free, near, set(movable))
    for wish in Wishes(turn).values():
        order = turn.state.orders[wish.order]
        small = len(order.pieces) <= turn.params.release.large_lines
        if small and wish.pieces == order.pieces:
            free.add(order.order, Job(order.pieces, wish.weight * len(order.pieces), tuple(near)))
    return free


def _promised(turn: Turn, near: Iterable[StationId]) -> dict[OrderId, list[PickId]]:
    """The promises to each order by pods that come to these stations."""
    found: dict[OrderId, list[PickId]] = defaultdict(list)
    for station in near:
        for visit in turn.inbound(station):
            for pick in visit.picks:
                found[turn.state.picks[pick].order].append(pick)
    return found


def _may_move(turn: Turn, name: OrderId, picks: Sequence[PickId]) -> bool:
    """A bound order that is wholly promised by pods that have not arrived. One that is open in part
    draws pods to its station, and one whose pod stands there is about to get a place."""
    lines = [turn.line(line) for line in turn.state.orders[name].lines]
    if any(line.picked or line.shortened or line.open for line in lines):
        return False
    tasks = [turn.state.picks[pick] for pick in picks]
    visits = {turn.visit(task.visit) for task in tasks}
    hidden = {pick for visit in visits for pick in visit.hidden}
    away = all(visit.phase is not Phase.PICK for visit in visits) and hidden.issuperset(picks)
    return away and sum(task.quantity for task in tasks) == sum(one.quantity for one in lines) > 0


def _add_order(
    turn: Turn, free: _Free, order: OpenOrder, near: Sequence[StationId], picks: list[PickId]
) -> None:
    assert order.station is not None
    worth = weight(turn, order) * len(order.pieces)
    now = Serving(order.station, _pieces(turn, picks))
    free.add(order.order, Job(order.pieces, worth, tuple(near), now=now), picks)


def _add_lines(turn: Turn, free: _Free, near: Sequence[StationId], movable: set[OrderId]) -> None:
    """Lines of orders that stay, as far as they are open or served by pods that are free. What is
    promised of a line and what is open of it are two jobs, so that both can be kept as they are."""
    promised: dict[LineId, list[PickId]] = defaultdict(list)
    for visit in free.visits.values():
        for pick in visit.picks:
            task = turn.state.picks[pick]
            if task.order not in movable:
                promised[task.line].append(pick)
    open_lines = turn.open_lines()
    wanted = [line.line for station in near for line in open_lines[station]]
    for name in dict.fromkeys([*promised, *wanted]):
        _add_line(turn, free, turn.line(name), promised.get(name, []))


def _add_line(turn: Turn, free: _Free, line: Line, picks: list[PickId]) -> None:
    order = turn.state.orders[line.order]
    assert order.station is not None
    now = Serving(order.station, _pieces(turn, picks))
    promised, still_open = sum(now.pieces.values()), max(0, line.open)
    whole = turn.params.release.open_worth * weight(turn, order)

    def job(pieces: int, serving: Serving | None) -> Job:
        worth = whole * pieces / (promised + still_open)
        return Job(((line.sku, pieces),), worth, (now.station,), False, serving)

    if promised:
        free.add(line.line, job(promised, now), picks)
    if still_open:
        free.add(line.line, job(still_open, None))


def _pieces(turn: Turn, picks: Iterable[PickId]) -> dict[tuple[Sku, PodId], int]:
    found: Counter[tuple[Sku, PodId]] = Counter()
    for pick in picks:
        task = turn.state.picks[pick]
        found[turn.line(task.line).sku, task.pod] += task.quantity
    return dict(found)


# --- the problem ---------------------------------------------------------------------------------


def _problem(turn: Turn, near: Sequence[StationId], free: _Free) -> Neighbourhood:
    settled = {
        visit.pod: station
        for station in near
        for visit in turn.inbound(station)
        if visit.pod not in free.visits
    }
    pods = [
        NearPod(pod, _ways(turn, pod, near), visit.station, visit.robot is not None)
        for pod, visit in free.visits.items()
    ]
    pods += _others(turn, near, free)
    names = [*settled, *(pod.pod for pod in pods)]
    return Neighbourhood(
        [_station(turn, station, free) for station in near],
        len(free.visits),
        settled,
        pods,
        _contents(turn, names, free),
        free.jobs,
    )


def _station(turn: Turn, station: StationId, free: _Free) -> NearStation:
    pods = sum(visit.station == station for visit in free.visits.values())
    waiting = sum(
        job.needs_place and len(job.now.pods) > 1
        for job in free.jobs
        if job.now is not None and job.now.station == station
    )
    return NearStation(station, pods, room_for_waiting(turn, station) + waiting)


def _others(turn: Turn, near: Sequence[StationId], free: _Free) -> Iterator[NearPod]:
    """Pods that nobody has asked for, those with most of what is wanted."""
    asked = {visit.pod for visit in turn.state.visits.values()}
    holders, held = turn.state.matches.holders, Counter[PodId]()
    for job in free.jobs:
        for sku, _ in job.pieces:
            held.update(holders.get(sku, {}).keys() - asked)
    most = _POOL * turn.params.neighbourhood.pods
    for pod in nlargest(most, held, key=lambda pod: (held[pod], pod)):
        ways = _ways(turn, pod, near)
        if ways:
            yield NearPod(pod, ways)


def _contents(turn: Turn, pods: Iterable[PodId], free: _Free) -> Mapping[PodId, Mapping[Sku, int]]:
    """What pods hold, were the promises to all jobs taken back. A slot may hold less than what is
    promised of it; then taking back a promise does not bring as much."""
    held = {pod: dict(turn.state.matches.contents.get(pod, {})) for pod in pods}
    freed: Counter[SlotId] = Counter()
    pod_of: dict[SlotId, PodId] = {}
    for pick in (pick for picks in free.picks for pick in picks):
        task = turn.state.picks[pick]
        freed[task.slot] += task.quantity
        pod_of[task.slot] = task.pod
    for slot, pieces in freed.items():
        stock, of_pod = turn.state.slots[slot], held[pod_of[slot]]
        left = stock.quantity - stock.reserved - stock.blocked
        more = pieces if stock.waits else max(0, left + pieces) - stock.available
        of_pod[stock.sku] = of_pod.get(stock.sku, 0) + more
    return held


# --- the plan ------------------------------------------------------------------------------------


def _apply(turn: Turn, free: _Free, plan: NeighbourhoodPlan) -> None:
    """First all promises end that are not kept, then pods and orders go where they are to, and then
    new promises are made."""
    changed = [i for i, job in enumerate(free.jobs) if not _same(job.now, plan.served.get(i))]
    for index in changed:
        for pick in free.picks[index]:
            end_promise(turn, pick)
    waited = set(turn.state.waiting)
    for index in changed:
        if free.jobs[index].needs_place:
            _leave(turn, turn.state.orders[OrderId(free.owners[index])], plan.served.get(index))
    visits = _send(turn, free, plan.pods)
    for index in changed:
        serving = plan.served.get(index)
        if serving is not None:
            _serve(turn, free, index, serving, visits)
            if free.owners[index] in waited:
                earn_credit(turn)


def _same(now: Serving | None, then: Serving | None) -> bool:
    if now is None or then is None:
        return now is then
    return now.station == then.station and dict(now.pieces) == dict(then.pieces)


def _leave(turn: Turn, order: OpenOrder, serving: Serving | None) -> None:
    """An order that does not stay where it is waits again, if only until it is given away."""
    if order.station is not None and (serving is None or serving.station != order.station):
        unbind(turn, order)


def _send(turn: Turn, free: _Free, pods: Mapping[PodId, StationId]) -> dict[PodId, Visit]:
    """Pods go to where they are to; a robot on its way to one that is not wanted any more is called
    back in the next turn, unless something turns up for it."""
    for pod, visit in free.visits.items():
        station = pods.get(pod)
        if station is None and visit.robot is None:
            del turn.state.visits[visit.visit]
        elif station is not None and station != visit.station:
            turn.set_visit(turn.visit(visit.visit), station=station)
    for pod, station in pods.items():
        if pod not in free.visits:
            new_visit(turn, pod, station)
    inbound = (v for v in turn.state.visits.values() if v.phase is not Phase.RETURN)
    return {visit.pod: visit for visit in inbound}


def _serve(
    turn: Turn, free: _Free, index: int, serving: Serving, visits: Mapping[PodId, Visit]
) -> None:
    owner = free.owners[index]
    if free.jobs[index].needs_place:
        order = turn.state.orders[OrderId(owner)]
        if order.station is None:
            give(turn, order.order, serving.station)
        lines = order.lines
    else:
        lines = (LineId(owner),)
    for (sku, pod), pieces in serving.pieces.items():
        left = pieces
        for line in map(turn.line, lines):
            if line.sku == sku and left > 0:
                before = line.allocated
                serve_line(turn, turn.visit(visits[pod].visit), line, left)
                left -= turn.line(line.line).allocated - before
