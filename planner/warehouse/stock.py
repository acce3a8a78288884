"""Where stock is: slots of pods and what the books say lies in them."""

from dataclasses import dataclass

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import PodId, Sku, SlotId


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


def slot_id(pod: PodId, face: str, level: int, column: int) -> SlotId:
    """Name of a place in a pod; levels count from the floor and columns from the left, from 1."""
    return SlotId(f"{pod}/{face}/{level}/{column}")


def pod_of(slot: SlotId) -> PodId:
    """The pod a slot belongs to."""
    return PodId(slot.partition("/")[0])
