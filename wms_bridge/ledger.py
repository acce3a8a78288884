"""The books: an append-only, double-entry record of where every piece went.

A :class:`Movement` takes pieces from one account and gives them to another, so the sum over all
accounts is zero for every SKU, always. Accounts are names: ``slot:<slot>``, ``tote:<order>``,
``dock:<receipt>`` (goods received and not yet put away), ``opening`` and ``supplier`` (where stock
comes from; their balances are negative), ``damaged`` (set aside by pickers) and ``disputed``
(pieces the books had and nobody found; negative when more was found than the books had).

Pieces of a lot move as such: the books balance for every lot, and no place holds less than nothing
of one. Pieces of no known lot are those of the lot ``""``.

Each :class:`Entry` carries a digest over itself and the entry before it, so a row changed or
taken out later is found by :func:`verify`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import NO_LOT, Lot, OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask, Receipt
from planner.warehouse.stock import Balance

Account = NewType("Account", str)
OPENING = Account("opening")
SUPPLIER = Account("supplier")
DISPUTED = Account("disputed")
DAMAGED = Account("damaged")
FIRST_DIGEST = ""
"""What the digest of entry 1 follows on."""


def slot_account(slot: SlotId) -> Account:
    """The account of a place in a pod."""
    return Account(f"slot:{slot}")


def tote_account(order: OrderId) -> Account:
    """The account of what has been picked for an order."""
    return Account(f"tote:{order}")


def dock_account(receipt: ReceiptId) -> Account:
    """The account of what has come in and is not in a pod yet."""
    return Account(f"dock:{receipt}")


def slot_of(account: Account) -> SlotId:
    """The slot of a slot account."""
    return SlotId(account.removeprefix("slot:"))


def is_slot(account: Account) -> bool:
    """Whether it is the account of a place in a pod."""
    return account.startswith("slot:")


def holds_pieces(account: Account) -> bool:
    """Whether the account is a real place, which cannot hold less than nothing."""
    return account.startswith(("slot:", "tote:", "dock:"))


class MovementReason(StrEnum):
    """Why pieces moved from one account to another."""

    OPENING_STOCK = "opening_stock"
    RECEIPT = "receipt"
    PUT_AWAY = "put_away"
    PICK = "pick"
    SLOT_SHORT = "slot_short"
    """The books had more than was found: the rest goes to ``disputed``."""
    SLOT_OVER = "slot_over"
    """More was found than the books had: the rest comes from ``disputed``."""
    COUNT_SHORT = "count_short"
    """As ``SLOT_SHORT``, found by counting."""
    COUNT_OVER = "count_over"
    """As ``SLOT_OVER``, found by counting."""
    DAMAGED = "damaged"
    """A picker found it unfit and set it aside."""

    @property
    def corrects(self) -> bool:
        """Whether nothing moved but the books: they were wrong."""
        return self in _CORRECTIONS

    @property
    def counted(self) -> bool:
        """Whether a count was the reason."""
        return self in (MovementReason.COUNT_SHORT, MovementReason.COUNT_OVER)


_CORRECTIONS = frozenset(
    {
        MovementReason.SLOT_SHORT,
        MovementReason.SLOT_OVER,
        MovementReason.COUNT_SHORT,
        MovementReason.COUNT_OVER,
    }
)


@dataclass(frozen=True, slots=True)
class Movement:
    """``quantity`` (positive) pieces of ``sku``, all of one ``lot``, from one account to another,
    once per ``key``."""

    key: str
    from_account: Account
    to_account: Account
    sku: Sku
    quantity: int
    reason: MovementReason
    at_ms: int
    lot: Lot = NO_LOT

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidStock(
                "a movement needs a positive quantity",
                field=f"{self.key}.quantity",
                value=self.quantity,
                remedy="Swap the accounts to move pieces the other way.",
            )
        if self.from_account == self.to_account:
            raise InvalidStock(
                "a movement needs two different accounts",
                field=f"{self.key}.to_account",
                value=self.to_account,
            )


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement as it stands in the books; ``number`` counts from 1 without gaps."""

    number: int
    movement: Movement
    digest: str


def entry_after(previous: Entry | None, movement: Movement) -> Entry:
    """The next entry of the books."""
    number = previous.number + 1 if previous else 1
    digest = previous.digest if previous else FIRST_DIGEST
    return Entry(number, movement, digest_of(digest, number, movement))


def digest_of(previous: str, number: int, movement: Movement) -> str:
    """SHA-256 (hex) over the previous digest and everything in the entry. Without a lot it is what
    it was before there were lots, so that old books stay sound."""
    m = movement
    parts = [m.key, m.from_account, m.to_account, m.sku, m.quantity, m.reason.value, m.at_ms]
    lot = [m.lot] if m.lot else []
    return hashlib.sha256(json.dumps([previous, number, *parts, *lot]).encode()).hexdigest()


def opening_movement(balance: Balance, key: str, at_ms: int, lot: Lot = NO_LOT) -> Movement:
    """Stock that was there when the books were opened."""
    return Movement(
        f"opening/{key}/{balance.slot}",
        OPENING,
        slot_account(balance.slot),
        balance.sku,
        balance.quantity,
        MovementReason.OPENING_STOCK,
        at_ms,
        lot,
    )


def movement_of_receipt(receipt: Receipt, at_ms: int, lot: Lot = NO_LOT) -> Movement:
    """Goods that have come in."""
    key, dock = f"receipt/{receipt.receipt}", dock_account(receipt.receipt)
    reason = MovementReason.RECEIPT
    return Movement(key, SUPPLIER, dock, receipt.sku, receipt.quantity, reason, at_ms, lot)


def movement_of_put(task: PutTask, quantity: int, at_ms: int, lot: Lot = NO_LOT) -> Movement:
    """``quantity`` pieces (positive) that have gone from the dock into a slot."""
    dock, slot = dock_account(task.receipt), slot_account(task.slot)
    reason = MovementReason.PUT_AWAY
    return Movement(f"put/{task.put}", dock, slot, task.sku, quantity, reason, at_ms, lot)


def movements_of_pick(
    task: PickTask,
    quantity: int,
    books: int,
    at_ms: int,
    *,
    emptied: bool | None = None,
    damaged: int = 0,
    lot: Lot = NO_LOT,
) -> tuple[Movement, ...]:
    """What a confirmed pick moves, of one lot.

    ``quantity`` pieces (0 or more) were taken; the books had ``books`` pieces in the slot. The
    pieces go from slot to tote, and up to ``damaged`` others aside. If the slot was ``emptied`` (by
    default: if the pick took less than it asked for) what the books still have there goes to
    ``disputed``. Pieces the books did not have come from ``disputed`` first.
    """
    slot, key = slot_account(task.slot), f"pick/{task.pick}"
    taken_key, of_lot = (f"{key}/lot/{lot}", f"/{lot}") if lot else (key, "")
    over, left = max(0, quantity - books), max(0, books - quantity)
    aside = min(damaged, left)
    gone = left - aside if (quantity < task.quantity if emptied is None else emptied) else 0
    moves = (
        (f"{key}/over{of_lot}", DISPUTED, slot, over, MovementReason.SLOT_OVER),
        (taken_key, slot, tote_account(task.order), quantity, MovementReason.PICK),
        (f"{key}/damaged{of_lot}", slot, DAMAGED, aside, MovementReason.DAMAGED),
        (f"{key}/short{of_lot}", slot, DISPUTED, gone, MovementReason.SLOT_SHORT),
    )
    return tuple(
        Movement(name, source, target, task.sku, pieces, reason, at_ms, lot)
        for name, source, target, pieces, reason in moves
        if pieces > 0
    )


def movement_of_count(
    key: str, slot: SlotId, sku: Sku, difference: int, at_ms: int, lot: Lot = NO_LOT
) -> Movement:
    """``difference`` (not 0) pieces more, or less, were counted than the books have."""
    place, pieces = slot_account(slot), abs(difference)
    if difference < 0:
        short = MovementReason.COUNT_SHORT
        return Movement(key, place, DISPUTED, sku, pieces, short, at_ms, lot)
    return Movement(key, DISPUTED, place, sku, pieces, MovementReason.COUNT_OVER, at_ms, lot)


@dataclass(frozen=True, slots=True)
class Holding:
    """``quantity`` pieces of ``sku`` on an account; if a ``lot`` is named, of that lot."""

    account: Account
    sku: Sku
    quantity: int
    lot: Lot = NO_LOT


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What checking the books found; every tuple is empty when they are sound.

    ``unbalanced`` has the SKUs whose accounts do not sum to zero (SKU, sum); ``negative`` the
    places that held less than nothing at some time (entry number, holding); ``duplicate_keys``
    the movements posted twice; ``broken`` the numbers of entries that are not what was written,
    and ``stale`` the holdings (as the books have them) whose stored balance differs.
    ``pieces_adjusted`` were booked in or out of slots because of counts.
    """

    entries: int
    skus: int
    pieces_opened: int
    pieces_picked: int
    pieces_disputed: int
    pieces_received: int = 0
    pieces_on_dock: int = 0
    pieces_adjusted: int = 0
    unbalanced: tuple[tuple[Sku, int], ...] = ()
    negative: tuple[tuple[int, Holding], ...] = ()
    duplicate_keys: tuple[str, ...] = ()
    broken: tuple[int, ...] = ()
    stale: tuple[Holding, ...] = ()

    @property
    def pieces_put_away(self) -> int:
        """Of those received."""
        return self.pieces_received - self.pieces_on_dock

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        found = (self.unbalanced, self.negative, self.duplicate_keys, self.broken, self.stale)
        return not any(found)


def verify(
    entries: Iterable[Entry],
    stored: Mapping[tuple[Account, Sku], int] | None = None,
    stored_lots: Mapping[tuple[Account, Sku, Lot], int] | None = None,
) -> LedgerReport:
    """Check the books from the first entry to the last, against ``stored`` balances, and those of
    lots, if given."""
    check = _Check()
    for entry in entries:
        check.add(entry)
    return check.report(stored, stored_lots)


class _Check:
    def __init__(self) -> None:
        self.held: defaultdict[tuple[Account, Sku, Lot], int] = defaultdict(int)
        self.keys: set[str] = set()
        self.negative: dict[tuple[Account, Sku, Lot], tuple[int, Holding]] = {}
        self.duplicates: list[str] = []
        self.broken: list[int] = []
        self.count = 0
        self.adjusted = 0
        self.digest = FIRST_DIGEST

    def add(self, entry: Entry) -> None:
        movement = entry.movement
        self.count += 1
        expected = digest_of(self.digest, self.count, movement)
        if (entry.number, entry.digest) != (self.count, expected):
            self.broken.append(entry.number)
        self.digest, self.count = entry.digest, entry.number
        if movement.key in self.keys:
            self.duplicates.append(movement.key)
        self.keys.add(movement.key)
        if movement.reason.counted:
            self.adjusted += movement.quantity
        self._move(entry.number, movement.from_account, movement, -movement.quantity)
        self._move(entry.number, movement.to_account, movement, movement.quantity)

    def _move(self, number: int, account: Account, movement: Movement, pieces: int) -> None:
        place = (account, movement.sku, movement.lot)
        self.held[place] += pieces
        held = self.held[place]
        if held < 0 and holds_pieces(account):
            self.negative.setdefault(
                place, (number, Holding(account, movement.sku, held, movement.lot))
            )

    def report(
        self,
        stored: Mapping[tuple[Account, Sku], int] | None,
        stored_lots: Mapping[tuple[Account, Sku, Lot], int] | None,
    ) -> LedgerReport:
        sums: defaultdict[Sku, int] = defaultdict(int)
        for (_, sku, _), pieces in self.held.items():
            sums[sku] += pieces
        return LedgerReport(
            entries=len(self.keys) + len(self.duplicates),
            skus=len(sums),
            pieces_opened=-self._on(lambda account: account == OPENING),
            pieces_picked=self._on(lambda account: account.startswith("tote:")),
            pieces_disputed=self._on(lambda account: account == DISPUTED),
            pieces_received=-self._on(lambda account: account == SUPPLIER),
            pieces_on_dock=self._on(lambda account: account.startswith("dock:")),
            pieces_adjusted=self.adjusted,
            unbalanced=tuple((sku, total) for sku, total in sums.items() if total),
            negative=tuple(self.negative.values()),
            duplicate_keys=tuple(self.duplicates),
            broken=tuple(self.broken),
            stale=self._stale(stored) + self._stale_lots(stored_lots),
        )

    def _on(self, wanted: Callable[[Account], bool]) -> int:
        return sum(pieces for (account, _, _), pieces in self.held.items() if wanted(account))

    def _stale(self, stored: Mapping[tuple[Account, Sku], int] | None) -> tuple[Holding, ...]:
        if stored is None:
            return ()
        held: defaultdict[tuple[Account, Sku], int] = defaultdict(int)
        for (account, sku, _), pieces in self.held.items():
            held[account, sku] += pieces
        return tuple(
            Holding(account, sku, held[account, sku])
            for account, sku in dict.fromkeys([*held, *stored])
            if held[account, sku] != stored.get((account, sku), 0)
        )

    def _stale_lots(
        self, stored: Mapping[tuple[Account, Sku, Lot], int] | None
    ) -> tuple[Holding, ...]:
        if stored is None:
            return ()
        held = {place: pieces for place, pieces in self.held.items() if place[2]}
        return tuple(
            Holding(account, sku, held.get((account, sku, lot), 0), lot)
            for account, sku, lot in dict.fromkeys([*held, *stored])
            if held.get((account, sku, lot), 0) != stored.get((account, sku, lot), 0)
        )
