"""What movements make of the balances of accounts, in all and lot by lot."""

from collections.abc import Iterable, Mapping

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Lot, Sku
from wms_bridge.ledger import Account, Movement, holds_pieces


def posted(
    held: Mapping[tuple[Account, Sku], int], movements: Iterable[Movement]
) -> dict[tuple[Account, Sku], int]:
    """The balances that movements change, as they are afterwards. :class:`InvalidStock` if a slot
    or tote would hold less than nothing on the way."""
    after: dict[tuple[Account, Sku], int] = {}
    for movement in movements:
        for account, pieces in (
            (movement.from_account, -movement.quantity),
            (movement.to_account, movement.quantity),
        ):
            place = (account, movement.sku)
            after[place] = after.get(place, held.get(place, 0)) + pieces
            if after[place] < 0 and holds_pieces(account):
                raise _less_than_nothing(account, movement)
    return after


def posted_lots(
    held: Mapping[tuple[Account, Sku], int],
    lots: Mapping[tuple[Account, Sku, Lot], int],
    movements: Iterable[Movement],
) -> dict[tuple[Account, Sku, Lot], int]:
    """As :func:`posted`, for every lot: ``lots`` has what places hold of each, and the rest of what
    they hold is of no known lot. Balances of no known lot are not told."""
    untracked = dict(held)
    for (account, sku, _), pieces in lots.items():
        untracked[account, sku] = untracked.get((account, sku), 0) - pieces
    after: dict[tuple[Account, Sku, Lot], int] = {}
    for movement in movements:
        sku, lot = movement.sku, movement.lot
        for account, pieces in (
            (movement.from_account, -movement.quantity),
            (movement.to_account, movement.quantity),
        ):
            place = (account, sku, lot)
            before = lots.get(place, 0) if lot else untracked.get((account, sku), 0)
            after[place] = after.get(place, before) + pieces
            if after[place] < 0 and holds_pieces(account):
                raise _less_than_nothing(account, movement)
    return {place: pieces for place, pieces in after.items() if place[2]}


def _less_than_nothing(account: Account, movement: Movement) -> InvalidStock:
    of_lot = f" of lot {movement.lot}" if movement.lot else ""
    return InvalidStock(
        f"{account} would hold less than nothing{of_lot}",
        field=f"{movement.key}.quantity",
        value=movement.quantity,
    )
