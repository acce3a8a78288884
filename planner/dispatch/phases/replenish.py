"""Phase 6b: goods from the dock into pods, by visits of pods to replenishment stations."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from math import sqrt

from planner.assign.slotting import (
    Goods,
    PodRoom,
    PutOffer,
    PutPlan,
    SlotRoom,
    choose_put_pods,
    goods_for,
    plan_puts,
    spread_slots,
)
from planner.dispatch.phases.allocate import serve_lines
from planner.dispatch.phases.putaway import promise_put, room_in, show_puts, sku_in
from planner.dispatch.state import OpenReceipt, Phase, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import PodId, Sku, SlotId, StationId, VisitId
from planner.warehouse.stock import pod_of

_HOUR_MS = 3_600_000
_BUSY = (Phase.DELIVER, Phase.PICK)


def combine_visits(turn: Turn) -> None:
    """Combi-stations: pods that come to be picked from take goods along, and what has just been put
    is picked while the pod is there."""
    combi = set(turn.open_put_stations()).intersection(turn.open_stations())
    if not combi or not (turn.state.receipts or turn.state.open_lines):
        return
    visits = [v for v in turn.state.visits.values() if v.station in combi and v.phase in _BUSY]
    without = [visit for visit in visits if not visit.puts_made]
    waiting = with_open_pieces(turn) if without and turn.now_ms >= turn.state.next_put_ms else []
    if waiting:
        goods = _goods(turn, waiting)
        taken = [_take_along(turn, visit, goods) for visit in without]
        if not any(taken):
            turn.state.next_put_ms = turn.now_ms + turn.params.retry_ms
    open_lines = turn.open_lines()
    for visit in visits:
        if visit.phase is Phase.PICK and visit.puts_made:
            now = turn.visit(visit.visit)
            serve_lines(turn, now, open_lines[visit.station])


def request_puts(turn: Turn) -> None:
    """At most one more pod for every replenishment station with room in its lane, as long as
    goods wait and picking can spare the robots."""
    state = turn.state
    if not state.receipts or turn.now_ms < state.next_put_ms:
        return
    waiting = with_open_pieces(turn)
    stations = _free_stations(turn) if waiting else []
    if not stations:
        return
    wanted = _wanted(turn)
    budget = _budget(turn, any(receipt.sku in wanted for receipt in waiting))
    if budget <= 0:
        return
    goods = _goods(turn, waiting, wanted)
    pods = _pods_with_room(turn, goods, stations)
    plans = _plans(turn, pods, goods)
    offers = _offers(turn, stations, pods, plans)
    chosen = choose_put_pods(offers, turn.params.slotting)
    for station, pod in chosen[:budget]:
        _request(turn, stations[station], pods[pod], goods)
    if not chosen:
        state.next_put_ms = turn.now_ms + turn.params.retry_ms
    _tell_of_room(turn, nothing_fits=not any(plan.puts for plan in plans))


def with_open_pieces(turn: Turn) -> list[OpenReceipt]:
    """Receipts of which pieces have no slot yet, oldest first."""
    return [receipt for receipt in turn.state.receipts.values() if receipt.open > 0]


def _free_stations(turn: Turn) -> list[StationId]:
    inbound = Counter(v.station for v in turn.state.visits.values() if v.phase is not Phase.RETURN)
    floor = turn.floor
    return [s for s in turn.open_put_stations() if inbound[s] < floor.inbound_max(s)]


def _wanted(turn: Turn) -> set[Sku]:
    """SKUs that orders wait for and no slot has."""
    lines, available = turn.state.lines, turn.state.available
    skus = {lines[name].sku for name in turn.state.open_lines}
    skus.update(sku for sku, orders in turn.state.matches.wanting.items() if orders)
    return {sku for sku in skus if not available.get(sku, 0)}


def _budget(turn: Turn, rush: bool) -> int:
    """How many more put visits there may be: a share of the robots while there is picking to do,
    a larger one while orders wait for goods at the dock."""
    carriers = [r for r in turn.state.robots.values() if r.type in turn.floor.carriers]
    robots = sum(not robot.silent and robot.takes_work for robot in carriers)
    if turn.state.open_lines or turn.state.waiting or turn.state.picks:
        params = turn.params.replenish
        share = params.rush_share if rush else params.robot_share
        robots = max(1, round(robots * share))
    visits = turn.state.visits.values()
    return robots - sum(visit.puts_made > 0 and not visit.picks_made for visit in visits)


def _goods(turn: Turn, receipts: list[OpenReceipt], wanted: set[Sku] | None = None) -> list[Goods]:
    """The most pressing goods for which there is room: those that orders wait for, then those with
    the least stock for their demand, then the oldest."""
    wanted = _wanted(turn) if wanted is None else wanted
    demand, available = turn.state.demand, turn.state.available

    def press(receipt: OpenReceipt) -> tuple[bool, float]:
        sku = receipt.sku
        return sku not in wanted, available.get(sku, 0) / (1 + demand.get(sku, 0))

    targets = _targets(turn)
    top = max(demand.values(), default=1)
    empty = _any_empty(turn)
    goods: list[Goods] = []
    for receipt in sorted(receipts, key=press):
        if len(goods) == turn.params.slotting.window:
            break
        sku, homes = receipt.sku, _homes(turn, receipt.sku)
        settled = any(room_in(turn, slot) for slot in homes)
        if not (settled or empty):
            continue
        heat = sqrt(demand.get(sku, 0) / top)
        waited_h = (turn.now_ms - receipt.received_ms) / _HOUR_MS
        goods.append(
            Goods(
                receipt.receipt,
                sku,
                receipt.open,
                len(homes),
                targets[sku],
                settled,
                sku in wanted,
                heat,
                waited_h,
            )
        )
    return goods


def _any_empty(turn: Turn) -> bool:
    slots_of_pod = turn.floor.slots_of_pod
    return any(
        sku_in(turn, slot) is None and room_in(turn, slot) > 0
        for pod in turn.state.pods
        for slot in slots_of_pod[pod]
    )


def _targets(turn: Turn) -> dict[Sku, int]:
    """How many slots each SKU should have. One more line of each, so that those not asked for yet
    are not taken to be dead."""
    state = turn.state
    skus = dict.fromkeys([*state.slots_of_sku, *state.incoming])
    asked = {sku: 1.0 + state.demand.get(sku, 0) for sku in skus}
    slots = sum(len(slots) for slots in turn.floor.slots_of_pod.values())
    return spread_slots(asked, slots, turn.params.slotting.exponent)


def _homes(turn: Turn, sku: Sku) -> set[SlotId]:
    """Slots that hold the SKU or are promised to it."""
    homes = {slot for slot in turn.state.slots_of_sku.get(sku, ()) if sku_in(turn, slot) == sku}
    promises = turn.state.promises
    homes.update(slot for slot, promise in promises.items() if promise.sku == sku)
    return homes


def _pods_with_room(turn: Turn, goods: list[Goods], stations: list[StationId]) -> list[PodRoom]:
    """Pods that stand on the floor, can be fetched and have room: those that hold most of the SKUs,
    and the nearest ones with an empty slot."""
    state, floor = turn.state, turn.floor
    asked = {visit.pod for visit in state.visits.values()}
    held: Counter[PodId] = Counter()
    for item in goods:
        homes = {pod_of(slot) for slot in state.slots_of_sku.get(item.sku, ())}
        held.update(dict.fromkeys(homes, turn.params.slotting.window if item.rush else 1))
    free = [
        (floor.to_station_ms(stations[0], node, turn.obstacles), pod)
        for pod, node in state.pods.items()
        if pod not in asked and node not in turn.obstacles
    ]
    skus = {item.sku for item in goods}
    by_number = sorted((-held[pod], travel_ms, pod) for travel_ms, pod in free if held[pod])
    most = turn.params.replenish.near_pods
    rooms = (_pod_room(turn, pod, skus) for _, _, pod in by_number)
    found = {room.pod: room for room in islice((r for r in rooms if r.slots), most)}
    others = (_pod_room(turn, pod, skus) for _, pod in sorted(free) if pod not in found)
    empty = (room for room in others if any(slot.sku is None for slot in room.slots))
    if _any_empty(turn):
        found.update((room.pod, room) for room in islice(empty, most))
    return list(found.values())


def _plans(turn: Turn, pods: list[PodRoom], goods: list[Goods]) -> list[PutPlan]:
    params = turn.params.slotting
    places: dict[Sku, list[int]] = {}
    for index, item in enumerate(goods):
        places.setdefault(item.sku, []).append(index)
    lift = params.lift
    return [plan_puts(pod, goods_for(pod, goods, places, params), params, lift) for pod in pods]


def _pod_room(turn: Turn, pod: PodId, skus: set[Sku]) -> PodRoom:
    demand = turn.state.demand
    top = max(demand.values(), default=1)
    rooms: list[SlotRoom] = []
    held: list[Sku] = []
    for slot in turn.floor.slots_of_pod[pod]:
        sku = sku_in(turn, slot)
        if sku is not None:
            held.append(sku)
        if sku is None or sku in skus:
            room = room_in(turn, slot)
            if room:
                rooms.append(SlotRoom(slot, sku, room))
    heat = sum(sqrt(demand.get(sku, 0) / top) for sku in held) / len(held) if held else 0.0
    return PodRoom(pod, tuple(rooms), heat, frozenset(held))


def _offers(
    turn: Turn, stations: list[StationId], pods: list[PodRoom], plans: list[PutPlan]
) -> list[PutOffer]:
    offers = []
    for index, plan in enumerate(plans):
        if not plan.puts:
            continue
        node = turn.state.pods[pods[index].pod]
        for number, station in enumerate(stations):
            travel_ms = turn.floor.to_station_ms(station, node, turn.obstacles)
            if travel_ms < FAR_MS:
                offers.append(PutOffer(number, index, plan.worth, travel_ms))
    return offers


def _request(turn: Turn, station: StationId, pod: PodRoom, goods: list[Goods]) -> None:
    """A visit of the pod with what it can take of the goods that are still open."""
    number = turn.state.visits_made + 1
    visit = Visit(VisitId(f"V{number:06d}"), pod.pod, station, Phase.REQUESTED, turn.now_ms)
    if _promise_all(turn, visit, pod, goods):
        turn.state.visits_made = number


def _promise_all(turn: Turn, visit: Visit, pod: PodRoom, goods: list[Goods]) -> bool:
    receipts = turn.state.receipts
    left = [replace(item, pieces=receipts[item.receipt].open) for item in goods]
    left = [item for item in left if item.pieces > 0]
    for planned in plan_puts(pod, left, turn.params.slotting).puts:
        visit = promise_put(turn, visit, planned)
    return bool(visit.puts)


def _take_along(turn: Turn, visit: Visit, goods: list[Goods]) -> bool:
    pod = _pod_room(turn, visit.pod, {item.sku for item in goods})
    taken = _promise_all(turn, visit, pod, goods)
    if taken and visit.phase is Phase.PICK:
        turn.commands.append(show_puts(turn, turn.visit(visit.visit)))
    return taken


def _tell_of_room(turn: Turn, nothing_fits: bool) -> None:
    if nothing_fits:
        text = "Goods at the dock fit into no pod that can be fetched; they wait."
        turn.alarm(AlarmKind.NO_ROOM, "dock", text)
    else:
        turn.clear(AlarmKind.NO_ROOM, "dock")
