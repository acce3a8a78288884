"""The order and pod rules of the literature, to be compared with.

An order takes a free place on a put wall at once, and pods are then chosen for the open lines of
the station's orders. Names and rules follow RAWSim-O (M. Merschformann, L. Xie, H. Li, RAWSim-O: a
simulation framework for robotic mobile fulfillment systems, Logistics Research 11, 2018); built
from the published descriptions.
"""

from collections.abc import Mapping, Sequence
from random import Random

from planner.assign.release import PodOffer, ReleaseRule, StationNeed, Wish
from planner.warehouse.ids import OrderId, PodId, Sku


def next_order(
    rule: ReleaseRule, wishes: Sequence[Wish], need: StationNeed, seed: int
) -> OrderId | None:
    """Which of the waiting orders (oldest first) takes a free place at the station."""
    if not wishes:
        return None
    if rule is ReleaseRule.RANDOM:
        return Random(seed).choice(wishes).order
    if rule is ReleaseRule.LINES_IN_COMMON:
        open_skus = {sku for sku, _, _ in need.open}
        return max(wishes, key=lambda wish: _share(wish, open_skus)).order
    if rule is ReleaseRule.POD_MATCH:
        return max(wishes, key=lambda wish: _served(wish, need.under_way)).order
    return wishes[0].order


def next_pod(
    rule: ReleaseRule,
    offers: Sequence[PodOffer],
    need: StationNeed,
    contents: Mapping[PodId, Mapping[Sku, int]],
    seed: int,
) -> PodId | None:
    """Which pod comes to the station for its open lines."""
    useful = [(offer, _lines(need, contents.get(offer.pod, {}))) for offer in offers]
    useful = [(offer, lines) for offer, lines in useful if lines]
    if not useful:
        return None
    if rule is ReleaseRule.RANDOM:
        return Random(seed).choice(useful)[0].pod
    if rule is ReleaseRule.FIRST_COME_NEAREST:
        return min(useful, key=lambda one: (one[0].travel_ms, one[0].pod))[0].pod
    return min(useful, key=lambda one: (-one[1], one[0].travel_ms, one[0].pod))[0].pod


def _share(wish: Wish, skus: set[Sku]) -> float:
    return sum(sku in skus for sku, _ in wish.pieces) / len(wish.pieces)


def _served(wish: Wish, under_way: Mapping[Sku, int]) -> float:
    return sum(under_way.get(sku, 0) >= pieces for sku, pieces in wish.pieces) / len(wish.pieces)


def _lines(need: StationNeed, stock: Mapping[Sku, int]) -> int:
    return sum(stock.get(sku, 0) > 0 for sku, _, _ in need.open)
