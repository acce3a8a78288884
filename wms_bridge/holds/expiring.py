"""Lots that have expired: held by themselves, for a person to decide what becomes of them."""

from planner.warehouse.ids import NO_LOT, Lot
from wms_bridge.holds.holding import decide_lot, known_lot
from wms_bridge.ports.store import Writing
from wms_bridge.records.lots import LotRecord, LotState

BY = "podherd"
REASON = "expired"
PAGE = 100
"""Lots held in one transaction."""


def hold_if_expired(tx: Writing, lot: Lot, now_ms: int) -> bool:
    """Put a lot on hold whose pieces have come when it had expired already. One that somebody
    released after its date stays released."""
    return lot != NO_LOT and _hold(tx, known_lot(tx, lot), now_ms)


def hold_expired(tx: Writing, since_ms: int, now_ms: int) -> int:
    """Put lots on hold that have pieces here and expired after ``since_ms`` and until ``now_ms``;
    how many, at most ``PAGE``."""
    return sum(_hold(tx, lot, now_ms) for lot in tx.expired_lots(since_ms, now_ms, PAGE))


def _hold(tx: Writing, lot: LotRecord, now_ms: int) -> bool:
    if not lot.expired(now_ms):
        return False
    decide_lot(tx, lot.lot, LotState.HELD, BY, REASON, now_ms)
    return True
