"""Where stock is: slots of pods and what the books say lies in them."""

from dataclasses import dataclass

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import NO_LOT, Lot, PodId, Sku, SlotId


@dataclass(frozen=True, slots=True)
class Balance:
    """``quantity`` pieces of ``sku`` in a slot, as the ledger has it."""

    slot: SlotId
    sku: Sku
    quantity: int

    def __post_init__(self) -> None:
        if self.quantity < 0:
            raise InvalidStock(
                "a balance cannot be negative", field=f"{self.slot}.quantity", value=self.quantity
            )


@dataclass(frozen=True, slots=True)
class SlotTerms:
    """On what terms pieces of ``sku`` in a slot may be promised: ``blocked`` of them to nobody, the
    others to lines that ask for goods of this ``owner`` and, if it names one, this ``lot``. A lower
    ``rank_ms`` goes first; one that is higher by at most ``window_ms`` may as well. Without a rank
    the stock takes no part in that. The terms are over when the slot gets another SKU."""

    slot: SlotId
    sku: Sku
    blocked: int = 0
    owner: str = ""
    lot: Lot = NO_LOT
    rank_ms: int | None = None
    window_ms: int = 0


def slot_id(pod: PodId, face: str, level: int, column: int) -> SlotId:
    """Name of a place in a pod; levels count from the floor and columns from the left, from 1."""
    return SlotId(f"{pod}/{face}/{level}/{column}")


def pod_of(slot: SlotId) -> PodId:
    """The pod a slot belongs to."""
    return PodId(slot.partition("/")[0])
