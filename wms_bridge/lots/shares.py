"""What a slot holds of an SKU, lot by lot, and which of it may be taken for what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import NO_LOT, Lot, Sku, SlotId
from wms_bridge.ledger import slot_account
from wms_bridge.ports.store import Reading
from wms_bridge.records.lots import LotQuery, LotRecord, LotState

FAR_MS = 2**62
"""When what does not expire does."""


@dataclass(frozen=True, slots=True)
class Share:
    """``pieces`` in a slot of one lot; of no known lot if ``record`` is ``None``."""

    record: LotRecord | None
    pieces: int

    @property
    def lot(self) -> Lot:
        """The lot's key."""
        return self.record.lot if self.record else NO_LOT

    @property
    def code(self) -> str:
        """The maker's code of the lot."""
        return self.record.code if self.record else ""

    @property
    def owner(self) -> str:
        """Whose the pieces are."""
        return self.record.owner if self.record else ""

    @property
    def state(self) -> LotState:
        """Whether the pieces may leave."""
        return self.record.state if self.record else LotState.RELEASED

    @property
    def expires_ms(self) -> int:
        """When they expire."""
        known = self.record.expires_ms if self.record else None
        return FAR_MS if known is None else known

    @property
    def received_ms(self) -> int:
        """When they came; what is of no known lot came first."""
        return self.record.received_ms if self.record else 0

    def suits(self, owner: str, lot: Lot) -> bool:
        """Whether a line for goods of ``owner``, and of ``lot`` if it names one, may have them."""
        if lot:
            return self.lot == lot
        return self.state is LotState.RELEASED and self.owner == owner


@dataclass(frozen=True, slots=True)
class Taken:
    """``quantity`` pieces of a lot taken out of a slot that had ``books`` of it."""

    lot: Lot
    quantity: int
    books: int


def shares_of(tx: Reading, slot: SlotId, sku: Sku) -> tuple[Share, ...]:
    """What a slot holds of an SKU, in the order in which it is taken: what expires first, then
    what came first."""
    account = slot_account(slot)
    books = tx.balance(account, sku)
    held = {place.lot: place.quantity for place in tx.lots_at(account) if place.sku == sku}
    if not held:
        return (Share(None, books),) if books else ()
    shares = [Share(record, held[record.lot]) for record in tx.lot_records(held)]
    unknown = books - sum(held.values())
    if unknown:
        shares.append(Share(None, unknown))
    return tuple(sorted(shares, key=lambda one: (one.expires_ms, one.received_ms, one.lot)))


def pieces_of(shares: Iterable[Share]) -> int:
    """All pieces."""
    return sum(share.pieces for share in shares)


def take(
    tx: Reading, shares: Sequence[Share], sku: Sku, owner: str, lot: Lot, quantity: int, code: str
) -> tuple[Taken, ...]:
    """Which lots ``quantity`` pieces taken for a line are of: of the lot of the scanned ``code``,
    or in the order of ``shares``. Pieces that the books do not have are of the lot scanned, or of
    the last.

    :class:`InvalidStock` if that lot may not be taken, or if so many can only have been taken with
    pieces that may not.
    """
    suitable = [share for share in shares if share.suits(owner, lot)]
    if code:
        suitable = [_scanned(tx, shares, sku, owner, lot, code)]
    free = pieces_of(suitable)
    if quantity > free and free < pieces_of(shares) and not code:
        raise InvalidStock(
            f"of what is in the slot only {free} pieces may be taken",
            field="quantity",
            value=quantity,
            remedy="Put the others back: they are on hold, or somebody else's. Or scan the lot.",
        )
    taken: list[Taken] = []
    for share in suitable:
        pieces = min(quantity, share.pieces)
        taken.append(Taken(share.lot, pieces, share.pieces))
        quantity -= pieces
    if quantity and taken:
        last = taken.pop()
        taken.append(Taken(last.lot, last.quantity + quantity, last.books))
    elif quantity:
        taken.append(Taken(lot, quantity, 0))
    return tuple(taken)


def spread(shares: Sequence[Share], difference: int) -> tuple[tuple[Lot, int], ...]:
    """Of which lots a count found pieces missing (negative), or more than there should be.

    Nobody knows, so the careful answer is taken: what is missing was free to go, and what is more
    is of a lot that is not, if there is one.
    """
    ordered = sorted(shares, key=lambda share: share.state is not LotState.RELEASED)
    if difference >= 0:
        return ((ordered[-1].lot if ordered else NO_LOT, difference),) if difference else ()
    missing, found = -difference, []
    for share in ordered:
        pieces = min(missing, share.pieces)
        if pieces:
            found.append((share.lot, -pieces))
        missing -= pieces
    return tuple(found)


def _scanned(
    tx: Reading, shares: Sequence[Share], sku: Sku, owner: str, lot: Lot, code: str
) -> Share:
    """The share of a lot that was scanned; one that the books do not have in the slot has none."""
    own = [share for share in shares if share.code == code]
    known = own or [Share(one, 0) for one in tx.lots(LotQuery(sku=sku, code=code))]
    suitable = [share for share in known if share.suits(owner, lot)]
    if suitable:
        return suitable[0]
    raise InvalidStock(
        "pieces of this lot may not be taken for this line" if known else "no such lot of this SKU",
        field="lot",
        value=code,
        remedy="Put them back, and take the lot that the pick names.",
    )
