"""The books: an append-only, double-entry record of where every piece went.

A :class:`Movement` takes pieces from one account and gives them to another, so the sum over all
accounts is zero for every SKU, always. Accounts are names: ``slot:<slot>``, ``tote:<order>``,
``dock:<receipt>`` (goods received and not yet put away), ``opening`` and ``supplier`` (where stock
comes from; their balances are negative) and ``disputed`` (pieces the books had and nobody found;
negative when more was found than the books had).

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
from planner.warehouse.ids import OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask, Receipt
from planner.warehouse.stock import Balance

Account = NewType("Account", str)
OPENING = Account("opening")
SUPPLIER = Account("supplier")
DISPUTED = Account("disputed")
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
    """``quantity`` (positive) pieces of ``sku`` from one account to another, once per ``key``."""

    key: str
    from_account: Account
    to_account: Account
    sku: Sku
    quantity: int
    reason: MovementReason
    at_ms: int

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
    """SHA-256 (hex) over the previous digest and everything in the entry."""
    m = movement
    parts = [m.key, m.from_account, m.to_account, m.sku, m.quantity, m.reason.value, m.at_ms]
    return hashlib.sha256(json.dumps([previous, number, *parts]).encode()).hexdigest()


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
                raise InvalidStock(
                    f"{account} would hold less than nothing",
                    field=f"{movement.key}.quantity",
                    value=movement.quantity,
                )
    return after


def opening_movement(balance: Balance, key: str, at_ms: int) -> Movement:
    """Stock that was there when the books were opened."""
    return Movement(
        f"opening/{key}/{balance.slot}",
        OPENING,
        slot_account(balance.slot),
        balance.sku,
        balance.quantity,
        MovementReason.OPENING_STOCK,
        at_ms,
    )


def movement_of_receipt(receipt: Receipt, at_ms: int) -> Movement:
    """Goods that have come in."""
    key, dock = f"receipt/{receipt.receipt}", dock_account(receipt.receipt)
    reason = MovementReason.RECEIPT
    return Movement(key, SUPPLIER, dock, receipt.sku, receipt.quantity, reason, at_ms)


def movement_of_put(task: PutTask, quantity: int, at_ms: int) -> Movement:
    """``quantity`` pieces (positive) that have gone from the dock into a slot."""
    dock, slot = dock_account(task.receipt), slot_account(task.slot)
    reason = MovementReason.PUT_AWAY
    return Movement(f"put/{task.put}", dock, slot, task.sku, quantity, reason, at_ms)


def movements_of_pick(
    task: PickTask, quantity: int, books: int, at_ms: int
) -> tuple[Movement, ...]:
    """What a confirmed pick moves.

    ``quantity`` pieces (0 or more) were taken; the books had ``books`` pieces in the slot. The
    pieces go from slot to tote. A pick of less than the task asked for says that the slot is
    empty now: what the books still have there goes to ``disputed``. Pieces the books did not have
    come from ``disputed`` first.
    """
    slot, key = slot_account(task.slot), f"pick/{task.pick}"
    over = max(0, quantity - books)
    left = max(0, books - quantity) if quantity < task.quantity else 0
    moves = (
        (f"{key}/over", DISPUTED, slot, over, MovementReason.SLOT_OVER),
        (key, slot, tote_account(task.order), quantity, MovementReason.PICK),
        (f"{key}/short", slot, DISPUTED, left, MovementReason.SLOT_SHORT),
    )
    return tuple(
        Movement(name, source, target, task.sku, pieces, reason, at_ms)
        for name, source, target, pieces, reason in moves
        if pieces > 0
    )


def movement_of_count(key: str, slot: SlotId, sku: Sku, difference: int, at_ms: int) -> Movement:
    """``difference`` (not 0) pieces more, or less, were counted than the books have."""
    place = slot_account(slot)
    if difference < 0:
        return Movement(key, place, DISPUTED, sku, -difference, MovementReason.COUNT_SHORT, at_ms)
    return Movement(key, DISPUTED, place, sku, difference, MovementReason.COUNT_OVER, at_ms)


@dataclass(frozen=True, slots=True)
class Holding:
    """``quantity`` pieces of ``sku`` on an account."""

    account: Account
    sku: Sku
    quantity: int


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
    entries: Iterable[Entry], stored: Mapping[tuple[Account, Sku], int] | None = None
) -> LedgerReport:
    """Check the books from the first entry to the last, against ``stored`` balances if given."""
    check = _Check()
    for entry in entries:
        check.add(entry)
    return check.report(stored)


class _Check:
    def __init__(self) -> None:
        self.held: defaultdict[tuple[Account, Sku], int] = defaultdict(int)
        self.keys: set[str] = set()
        self.negative: dict[tuple[Account, Sku], tuple[int, Holding]] = {}
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
        self._move(entry.number, movement.from_account, movement.sku, -movement.quantity)
        self._move(entry.number, movement.to_account, movement.sku, movement.quantity)

    def _move(self, number: int, account: Account, sku: Sku, pieces: int) -> None:
        place = (account, sku)
        self.held[place] += pieces
        if self.held[place] < 0 and holds_pieces(account):
            self.negative.setdefault(place, (number, Holding(account, sku, self.held[place])))

    def report(self, stored: Mapping[tuple[Account, Sku], int] | None) -> LedgerReport:
        sums: defaultdict[Sku, int] = defaultdict(int)
        for (_, sku), pieces in self.held.items():
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
            stale=self._stale(stored),
        )

    def _on(self, wanted: Callable[[Account], bool]) -> int:
        return sum(pieces for (account, _), pieces in self.held.items() if wanted(account))

    def _stale(self, stored: Mapping[tuple[Account, Sku], int] | None) -> tuple[Holding, ...]:
        if stored is None:
            return ()
        places = dict.fromkeys([*self.held, *stored])
        return tuple(
            Holding(account, sku, self.held.get((account, sku), 0))
            for account, sku in places
            if self.held.get((account, sku), 0) != stored.get((account, sku), 0)
        )
