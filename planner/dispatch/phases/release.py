"""Phase 4: waiting orders go to stations, and pods are chosen for what stations and orders need."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from planner.assign.classic import next_order, next_pod
from planner.assign.orders import WaitingOrder, release_orders
from planner.assign.release import (
    PodOffer,
    ReleaseRule,
    StationNeed,
    Urgency,
    VisitChoice,
    Wish,
    best_matching,
    best_visit,
    care_after,
    completed_by,
)
from planner.assign.stations import called_too_early, takes_pod
from planner.dispatch.phases.allocate import serve_lines, take_back
from planner.dispatch.phases.binding import bind, free_places, place, room_for_waiting
from planner.dispatch.phases.candidates import can_work
from planner.dispatch.phases.putaway import awaited
from planner.dispatch.phases.ruling import priority_of
from planner.dispatch.phases.stations import queued_picks
from planner.dispatch.phases.together import covering_pod, paired_pods
from planner.dispatch.state import OpenOrder, Phase, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.ids import OrderId, PodId, Sku, StationId, VisitId

_LOOK_MS = 10_000
"""Orders grow old without anything happening: so often they are looked at all the same."""


class Wishes(Mapping[OrderId, Wish]):
    """Waiting orders as wishes, made when asked for. What nobody has is not wished for."""

    def __init__(self, turn: Turn):
        self._turn = turn
        self._made: dict[OrderId, Wish] = {}

    def __getitem__(self, name: OrderId) -> Wish:
        wish = self._made.get(name)
        if wish is None:
            order = self._turn.state.orders[name]
            pieces = tuple(one for one in order.pieces if obtainable(self._turn, one[0]))
            wish = self._made[name] = Wish(name, pieces, weight(self._turn, order))
        return wish

    def __contains__(self, name: object) -> bool:
        return name in self._turn.state.waiting

    def __iter__(self) -> Iterator[OrderId]:
        return iter(self._turn.state.waiting)

    def __len__(self) -> int:
        return len(self._turn.state.waiting)


def release_waiting(turn: Turn) -> None:
    """Waiting orders that should be at a station before pods are chosen for them go there."""
    if not turn.state.waiting:
        return
    if turn.params.release.rule is not ReleaseRule.JOINT:
        _fill_walls(turn)
        return
    _bind_completed(turn, turn.fresh)
    if turn.fresh or turn.touched or turn.now_ms % _LOOK_MS == 0:
        _release_first(turn)
        _fill_with_matching(turn)


def request_pods(turn: Turn) -> None:
    """As many pods as there are robots for, one after the other, each to the station that has the
    least work ahead of it and can use one."""
    robots = sum(can_work(turn, robot) for robot in turn.state.robots.values())
    budget = robots - sum(visit.robot is None for visit in turn.state.visits.values())
    asked = {visit.pod for visit in turn.state.visits.values()}
    done: set[StationId] = set()
    while budget > 0:
        station = _neediest(turn, done)
        if station is None:
            return
        choices = _choose_some(turn, station, asked, budget)
        if not choices and _take_oldest(turn, station):
            choices = _choose_some(turn, station, asked, budget)
        if not choices:
            done.add(station)
            continue
        _take_care(turn, station, budget - len(choices))
        for choice in choices:
            asked.add(choice.pod)
            budget -= 1
            _request(turn, station, choice)


def _take_care(turn: Turn, station: StationId, spare_robots: int) -> None:
    ahead_s = queued_picks(turn, station) * turn.params.release.line_s
    care = care_after(turn.state.care, ahead_s, spare_robots, turn.params.release)
    turn.state.care = care


def drop_blocked(turn: Turn) -> None:
    """Visits of pods that a dead robot stands under, or that a closure has shut in, are taken back;
    their lines are open again."""
    for visit in list(turn.state.visits.values()):
        if visit.robot is None and turn.state.pods[visit.pod] in turn.obstacles:
            take_back(turn, visit)
            del turn.state.visits[visit.visit]


# --- orders --------------------------------------------------------------------------------------


def _bind_completed(turn: Turn, names: Mapping[OrderId, None]) -> None:
    """Orders that pods under way to some station complete go there, to the one with least to do."""
    names = {name: None for name in names if name in turn.state.waiting}
    if not names:
        return
    wishes = Wishes(turn)
    stations = sorted(turn.open_stations(), key=lambda one: (queued_picks(turn, one), one))
    for station in stations:
        under_way = _under_way(turn, station)
        for name in list(names) if under_way else ():
            if wishes[name].pieces and completed_by(under_way, wishes[name]):
                bind(turn, name, station)
                del names[name]
                under_way = _under_way(turn, station)


def _release_first(turn: Turn) -> None:
    """Large, old and urgent orders take places on put walls, where they wait for their pods; those
    only old or nearly due while there is credit for it."""
    stations = turn.open_stations()
    free = [room_for_waiting(turn, station) for station in stations]
    if not sum(free):
        return
    names, pressed = _first_to_go(turn)
    names.sort(key=lambda name: _first(turn, turn.state.orders[name]))
    names = names[: turn.params.orders.window * sum(free)]
    pods = [{visit.pod for visit in turn.inbound(station)} for station in stations]
    lines = turn.open_lines()
    load = [len(lines[station]) for station in stations]
    choices = [_waiting_order(turn, name, pods) for name in names]
    for index, number in release_orders(choices, free, load, turn.params.orders):
        bind(turn, names[index], stations[number])
        place(turn, names[index], stations[number])
        turn.state.press_credit -= names[index] in pressed


def _first_to_go(turn: Turn) -> tuple[list[OrderId], set[OrderId]]:
    """Waiting orders that go first, and which of them only for being old or nearly due: no more
    than there is credit for."""
    names, pressing = [], []
    for name in turn.state.waiting:
        order = turn.state.orders[name]
        if _must_go_first(turn, order):
            names.append(name)
        elif _pressing(turn, order).goes_first(turn.params.release):
            pressing.append(name)
    pressing.sort(key=lambda name: _first(turn, turn.state.orders[name]))
    pressed = pressing[: max(0, int(turn.state.press_credit))]
    return names + pressed, set(pressed)


def _fill_with_matching(turn: Turn) -> None:
    """Places that are still free go to orders that pods under way serve in part."""
    for station in turn.open_stations():
        for _ in range(room_for_waiting(turn, station)):
            best = best_matching(_under_way(turn, station), Wishes(turn), turn.state.matches, 1)
            if not best:
                break
            bind(turn, best[0], station)


def _take_oldest(turn: Turn, station: StationId) -> bool:
    """A station that no pod is worth coming to takes the order whose turn it is."""
    if not turn.state.waiting or not room_for_waiting(turn, station):
        return False
    name = min(turn.state.waiting, key=lambda one: _first(turn, turn.state.orders[one]))
    bind(turn, name, station)
    place(turn, name, station)
    return True


def _must_go_first(turn: Turn, order: OpenOrder) -> bool:
    """A rush order does, and one that no pod will complete: a large one, or one of what nobody has,
    for such a line is shortened once a station has the order."""
    large = len(order.pieces) > turn.params.release.large_lines
    rush = priority_of(turn, order) > 0
    return large or rush or not all(obtainable(turn, sku) for sku, _ in order.pieces)


def obtainable(turn: Turn, sku: Sku) -> bool:
    """Whether some pod has pieces of it that can be promised, or will have them."""
    return bool(turn.state.matches.holders.get(sku)) or awaited(turn, sku)


def _first(turn: Turn, order: OpenOrder) -> tuple[int, float, int]:
    due_ms = order.due_ms if order.due_ms is not None else float("inf")
    return -priority_of(turn, order), due_ms, order.received_ms


def _pressing(turn: Turn, order: OpenOrder) -> Urgency:
    left_s = None if order.due_ms is None else (order.due_ms - turn.now_ms) / 1000
    return Urgency((turn.now_ms - order.received_ms) / 1000, left_s, priority_of(turn, order))


def weight(turn: Turn, order: OpenOrder) -> float:
    """What a line of the order counts now, in lines."""
    return _pressing(turn, order).weight(turn.params.release, turn.state.care)


def _waiting_order(turn: Turn, name: OrderId, pods: list[set[PodId]]) -> WaitingOrder:
    order = turn.state.orders[name]
    holders = [turn.state.matches.holders.get(sku, {}) for sku, _ in order.pieces]
    served = tuple(sum(not under_way.isdisjoint(pod) for pod in holders) for under_way in pods)
    return WaitingOrder((turn.now_ms - order.received_ms) // 1000, served)


def _fill_walls(turn: Turn) -> None:
    """Every free place takes an order by one of the rules of the literature."""
    wishes = Wishes(turn)
    for station in turn.open_stations():
        while turn.state.waiting and free_places(turn, station) > 0:
            seed = turn.now_ms + len(turn.state.waiting)
            names = list(turn.state.waiting)
            waiting = [wishes[name] for name in names if wishes[name].pieces]
            rule = turn.params.release.rule
            name = next_order(rule, waiting, _need(turn, station), seed) or names[0]
            bind(turn, name, station)
            place(turn, name, station)


# --- pods ----------------------------------------------------------------------------------------


def _neediest(turn: Turn, done: set[StationId]) -> StationId | None:
    params = turn.params.release
    inbound = Counter(
        visit.station for visit in turn.state.visits.values() if visit.phase is not Phase.RETURN
    )
    joint = params.rule is ReleaseRule.JOINT
    ranked = []
    for station in turn.open_stations():
        ahead_s = queued_picks(turn, station) * params.line_s
        room = takes_pod(inbound[station], turn.floor.inbound_max(station), turn.params.stations)
        if station not in done and room and (not joint or ahead_s < params.ahead_s):
            ranked.append((ahead_s, station))
    return min(ranked)[1] if ranked else None


def _choose_some(
    turn: Turn, station: StationId, asked: set[PodId], budget: int
) -> Sequence[VisitChoice]:
    """The pods to ask for now: one, or more that are chosen together."""
    on = turn.params.pairing.pods_max > 1 or turn.params.cover.lines > 0
    if on and turn.params.release.rule is ReleaseRule.JOINT:
        need, wishes = _need(turn, station), list(Wishes(turn).values())
        inbound = sum(one.phase is not Phase.RETURN for one in turn.inbound(station))
        lane = turn.params.stations.inbound_max or turn.floor.inbound_max(station)
        room = min(budget, lane - inbound, turn.params.pairing.pods_max)

        def way(pod: PodId) -> int | None:
            return None if pod in asked else _travel_ms(turn, station, pod)

        covering = covering_pod(turn, need, wishes, way)
        if covering is not None:
            return [covering]
        together = (
            paired_pods(turn, need, wishes, way, room, room_for_waiting(turn, station))
            if room > 1
            else ()
        )
        if together:
            return together
    choice = _choose(turn, station, asked)
    return [] if choice is None else [choice]


def _choose(turn: Turn, station: StationId, asked: set[PodId]) -> VisitChoice | None:
    params, need = turn.params.release, _need(turn, station)
    if params.rule is not ReleaseRule.JOINT:
        useful = {pod for sku, _, _ in need.open for pod in turn.state.matches.holders.get(sku, ())}
        offers = _offers(turn, station, sorted(useful), asked)
        seed = turn.now_ms + turn.state.visits_made
        pod = next_pod(params.rule, offers, need, turn.state.matches.contents, seed)
        return None if pod is None else VisitChoice(pod, (), 0.0)
    return best_visit(
        need,
        Wishes(turn).values(),
        turn.state.matches,
        lambda pod: None if pod in asked else _travel_ms(turn, station, pod),
        params,
    )


def _offers(
    turn: Turn, station: StationId, pods: Iterable[PodId], asked: set[PodId]
) -> list[PodOffer]:
    """Those of ``pods`` that stand free and can be brought to the station."""
    ways = {pod: _travel_ms(turn, station, pod) for pod in pods if pod not in asked}
    return [PodOffer(pod, travel_ms) for pod, travel_ms in ways.items() if travel_ms is not None]


def _travel_ms(turn: Turn, station: StationId, pod: PodId) -> int | None:
    node = turn.state.pods.get(pod)
    if node is None or node in turn.obstacles:
        return None
    travel_ms = turn.floor.to_station_ms(station, node, turn.obstacles)
    early = called_too_early(queued_picks(turn, station), travel_ms, turn.params.stations)
    return travel_ms if travel_ms < FAR_MS and not early else None


def _need(turn: Turn, station: StationId) -> StationNeed:
    lines = [turn.line(line) for line, at in turn.state.open_lines.items() if at == station]
    open_lines = [
        (line.sku, line.open, weight(turn, turn.state.orders[line.order])) for line in lines
    ]
    return StationNeed(_under_way(turn, station), open_lines)


def _under_way(turn: Turn, station: StationId) -> dict[Sku, int]:
    """Pieces, not promised yet, in pods at a station and on their way to it."""
    found: dict[Sku, int] = {}
    for visit in turn.inbound(station):
        for sku, pieces in turn.state.matches.contents.get(visit.pod, {}).items():
            found[sku] = found.get(sku, 0) + pieces
    return found


def _request(turn: Turn, station: StationId, choice: VisitChoice) -> None:
    """Ask for a pod; the station's open lines come first, then the orders chosen for it."""
    visit = new_visit(turn, choice.pod, station)
    serve_lines(turn, visit, turn.open_lines()[station])
    for order in choice.orders:
        if order in turn.state.waiting:
            bind(turn, order, station)


def new_visit(turn: Turn, pod: PodId, station: StationId) -> Visit:
    """A pod is asked for; nothing is promised from it yet."""
    number = turn.state.visits_made + 1
    turn.state.visits_made = number
    visit = Visit(VisitId(f"V{number:06d}"), pod, station, Phase.REQUESTED, turn.now_ms)
    turn.state.visits[visit.visit] = visit
    return visit
