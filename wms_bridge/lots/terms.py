"""On what terms the fleet may promise the stock of a slot, told when they change."""

from collections.abc import Sequence

from planner.warehouse.events import TermsStated
from planner.warehouse.ids import NO_LOT, Sku, SlotId
from planner.warehouse.stock import SlotTerms
from wms_bridge.lots.naming import rotation_of
from wms_bridge.lots.shares import Share, pieces_of, shares_of
from wms_bridge.ports.store import Writing
from wms_bridge.records.lots import LotState, Rotation, RotationRule


def tell_terms(tx: Writing, slot: SlotId, sku: Sku, now_ms: int) -> None:
    """Tell the fleet the terms of what a slot holds now, if they are news. To be called after what
    it holds has been stated."""
    shares = shares_of(tx, slot, sku)
    known = tx.terms(slot)
    if not shares or (known is None and all(share.record is None for share in shares)):
        return
    state_terms(tx, terms_of(slot, sku, shares, rotation_of(tx, sku)), now_ms)


def state_terms(tx: Writing, terms: SlotTerms, now_ms: int) -> None:
    """Tell the fleet these terms, if they are news."""
    known = tx.terms(terms.slot)
    if known is None or known.sku != terms.sku:
        known = SlotTerms(terms.slot, terms.sku)
        tx.put_terms(known)
    if terms != known:
        tx.put_terms(terms)
        tx.append_event(TermsStated((terms,)), now_ms)


def terms_of(slot: SlotId, sku: Sku, shares: Sequence[Share], rotation: Rotation) -> SlotTerms:
    """The terms of a slot that holds something. Recalled pieces go first, by themselves; of several
    owners' goods those of the first."""
    recalled = next((s for s in shares if s.state is LotState.RECALLED), None)
    if recalled is not None:
        blocked = pieces_of(shares) - recalled.pieces
        return SlotTerms(slot, sku, blocked, lot=recalled.lot)
    free = [share for share in shares if share.state is LotState.RELEASED]
    owner = free[0].owner if free else shares[0].owner
    free = [share for share in free if share.owner == owner]
    rank_ms = rank(free, rotation.rule)
    return SlotTerms(
        slot,
        sku,
        pieces_of(shares) - pieces_of(free),
        owner,
        NO_LOT,
        rank_ms,
        rotation.window_ms if rank_ms is not None else 0,
    )


def rank(free: Sequence[Share], rule: RotationRule) -> int | None:
    """The time (ms) by which stock goes first; ``None`` where that does not count."""
    match rule:
        case RotationRule.FEFO:
            return min((share.expires_ms for share in free), default=None)
        case RotationRule.FIFO:
            return min((share.received_ms for share in free), default=None)
        case RotationRule.NONE:
            return None
