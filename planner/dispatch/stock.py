"""Stock as the dispatcher knows it.

Goods of several owners, and lots kept for whoever asks for them, are told apart by their **stock
key**: the SKU, with the owner and the lot if there are any. Inside the dispatcher a line, a slot
and a receipt have the key for their SKU, so that a line only ever meets stock it may have.
Outside nobody sees a key: :func:`plain_sku`.
"""

from dataclasses import dataclass

from planner.warehouse.ids import NO_LOT, Lot, Sku

_SEPARATOR = "\x1f"
"""No printable character, and so in no SKU."""


def stock_key(sku: Sku, owner: str = "", lot: Lot = NO_LOT) -> Sku:
    """The key of stock of an owner, or of a lot kept for who asks for it."""
    return Sku(_SEPARATOR.join((sku, owner, lot))) if owner or lot else sku


def plain_sku(key: Sku) -> Sku:
    """The SKU of a stock key."""
    return Sku(key.partition(_SEPARATOR)[0])


@dataclass(frozen=True, slots=True)
class SlotStock:
    """What a slot holds by the books and how much of it is promised to picks; ``held`` while it is
    in quarantine: nothing more of it is promised, and what is promised stays so. ``blocked`` pieces
    are promised to nobody. Stock with a ``rank_ms`` goes by rank; it ``waits`` while there is older
    stock than its ``window_ms`` allows for."""

    sku: Sku
    quantity: int
    reserved: int = 0
    held: bool = False
    blocked: int = 0
    rank_ms: int | None = None
    window_ms: int = 0
    waits: bool = False

    @property
    def free(self) -> int:
        """Pieces that can still be promised, if only when older stock is gone."""
        return 0 if self.held else max(0, self.quantity - self.reserved - self.blocked)

    @property
    def available(self) -> int:
        """Pieces that can still be promised now."""
        return 0 if self.waits else self.free
