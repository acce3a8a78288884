"""How stock is rotated."""

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Sku
from wms_bridge.ledger import slot_of
from wms_bridge.lots.naming import rotation_of
from wms_bridge.lots.shares import shares_of
from wms_bridge.lots.terms import state_terms, terms_of
from wms_bridge.names import MAX_TIME_MS
from wms_bridge.ports.store import Writing
from wms_bridge.records.lots import Rotation


def set_rotation(tx: Writing, rotation: Rotation, now_ms: int) -> None:
    """Rotate an SKU, or all of the site of which nothing else is said, by a rule from now on; the
    fleet is told of all stock that this is about. :class:`InvalidStock` on an unknown SKU or a
    window out of range."""
    if rotation.sku and not tx.known_skus({rotation.sku}):
        raise InvalidStock("SKU is not in the catalogue", field="sku", value=rotation.sku)
    if not 0 <= rotation.window_ms <= MAX_TIME_MS:
        raise InvalidStock(
            "time out of range",
            field="window_ms",
            value=rotation.window_ms,
            remedy=f"Send whole milliseconds from 0 to {MAX_TIME_MS}.",
        )
    tx.put_rotation(rotation)
    own = {one.sku for one in tx.rotations()}
    skus = {rotation.sku} if rotation.sku else {p.sku for p in tx.lot_holdings()} - own
    for sku in sorted(skus):
        _tell(tx, sku, now_ms)


def _tell(tx: Writing, sku: Sku, now_ms: int) -> None:
    rotation = rotation_of(tx, sku)
    for place in tx.holdings(sku=sku):
        if place.quantity and place.account.startswith("slot:"):
            slot = slot_of(place.account)
            state_terms(tx, terms_of(slot, sku, shares_of(tx, slot, sku), rotation), now_ms)
