"""Part of phase 4: pods chosen together, for a station or its large orders. Off by default."""

from collections.abc import Callable, Iterable, Sequence

from planner.assign.cover import CoverProblem, cover_lines
from planner.assign.pairing import PairingProblem, pair_pods
from planner.assign.release import PodOffer, StationNeed, VisitChoice, Wish, best_visit
from planner.dispatch.turn import Turn
from planner.warehouse.ids import PodId, Sku

Way = Callable[[PodId], int | None]


def covering_pod(
    turn: Turn, need: StationNeed, wishes: Iterable[Wish], way: Way
) -> VisitChoice | None:
    """The best of the cheapest pods that hold all open lines; None where so many are not open."""
    params, matches = turn.params.cover, turn.state.matches
    if not params.lines or len(need.open) < params.lines:
        return None
    wanted: dict[Sku, int] = {}
    for sku, pieces, _ in need.open:
        wanted[sku] = wanted.get(sku, 0) + pieces
    offers = _offers({pod for sku in wanted for pod in matches.holders.get(sku, ())}, way)
    ways = {offer.pod: offer.travel_ms for offer in offers}
    contents = {pod: matches.contents[pod] for pod in ways}
    cover = cover_lines(CoverProblem(wanted, contents, ways), params)
    turn.count(covers=1, covers_greedy=cover.greedy, covers_out_of_time=cover.out_of_time)
    chosen = {pod: ways[pod] for pod in cover.pods}
    return best_visit(need, wishes, matches, chosen.get, turn.params.release) if chosen else None


def paired_pods(
    turn: Turn, need: StationNeed, wishes: Sequence[Wish], way: Way, room: int, places: int
) -> Sequence[VisitChoice]:
    """Up to ``room`` pods for one station, chosen together."""
    matches, params = turn.state.matches, turn.params.pairing
    wanted = {sku for sku, _, _ in need.open}
    wanted |= {sku for wish in wishes for sku, _ in wish.pieces}
    offers = _offers({pod for sku in wanted for pod in matches.holders.get(sku, ())}, way)
    problem = PairingProblem(need, wishes, offers, matches.contents, room, places)
    plan = pair_pods(problem, turn.params.release, params)
    turn.count(pairings=1, pairings_greedy=plan.greedy, pairings_out_of_time=plan.out_of_time)
    return plan.visits


def _offers(pods: Iterable[PodId], way: Way) -> list[PodOffer]:
    ways = {pod: way(pod) for pod in sorted(pods)}
    return [PodOffer(pod, travel_ms) for pod, travel_ms in ways.items() if travel_ms is not None]
