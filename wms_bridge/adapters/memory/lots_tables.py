"""What a store in memory holds of lots."""

from dataclasses import dataclass, field

from planner.warehouse.ids import Lot, Sku, SlotId
from planner.warehouse.stock import SlotTerms
from wms_bridge.ledger import Account
from wms_bridge.records.lots import LotChange, LotRecord, RecallRecord, Rotation


@dataclass(slots=True)
class LotsTables:
    """Records by their names; ``held`` are the pieces of known lots on each account, and
    ``places`` where each lot ever was, ``entries`` the numbers of its movements."""

    lots: dict[Lot, LotRecord] = field(default_factory=dict)
    changes: list[LotChange] = field(default_factory=list)
    held: dict[Account, dict[tuple[Sku, Lot], int]] = field(default_factory=dict)
    places: dict[Lot, tuple[Account, ...]] = field(default_factory=dict)
    entries: dict[Lot, tuple[int, ...]] = field(default_factory=dict)
    terms: dict[SlotId, SlotTerms] = field(default_factory=dict)
    rotations: dict[Sku, Rotation] = field(default_factory=dict)
    recalls: dict[str, RecallRecord] = field(default_factory=dict)
