"""Pod selection: which pod next to which station.

Every station that can take another pod gets at most one per call, the pods being shared out by
min-cost flow: the more open lines a pod serves (pile-on) and the nearer it stands, the better.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.assign.matching import Arc, match


@dataclass(frozen=True, slots=True)
class PodChoiceParams:
    """One more line served outweighs ``line_worth_ms`` of driving; each station looks at its
    ``candidates`` best pods."""

    line_worth_ms: int = 20_000
    candidates: int = 12


@dataclass(frozen=True, slots=True)
class PodOffer:
    """Pod number ``pod`` could serve ``lines`` open lines of station number ``station``; bringing
    it takes ``travel_ms``."""

    station: int
    pod: int
    lines: int
    travel_ms: int


def choose_pods(offers: Sequence[PodOffer], params: PodChoiceParams) -> list[tuple[int, int]]:
    """Pairs ``(station, pod)``, each station and each pod at most once."""
    arcs = []
    by_station: dict[int, list[PodOffer]] = {}
    for offer in offers:
        by_station.setdefault(offer.station, []).append(offer)
    for station, own in by_station.items():
        ranked = sorted(own, key=lambda offer: (_cost(offer, params), offer.pod))
        arcs += [
            Arc(station, offer.pod, _cost(offer, params)) for offer in ranked[: params.candidates]
        ]
    return [(arc.left, arc.right) for arc in match(arcs)]


def _cost(offer: PodOffer, params: PodChoiceParams) -> int:
    return offer.travel_ms - params.line_worth_ms * offer.lines
