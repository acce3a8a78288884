"""What a store in memory holds, with the look-ups that spare it going through everything."""

from collections import defaultdict
from dataclasses import dataclass, field

from planner.warehouse.ids import (
    CountId,
    LineId,
    OrderId,
    PickId,
    PutId,
    ReceiptId,
    RuleId,
    Sku,
    SlotId,
    StationId,
)
from wms_bridge.adapters.memory.access import AccessTables
from wms_bridge.adapters.memory.alarms_tables import AlarmsTables
from wms_bridge.adapters.memory.foresight_tables import ForesightTables
from wms_bridge.adapters.memory.interventions_tables import InterventionsTables
from wms_bridge.adapters.memory.kpis_tables import KpisTables
from wms_bridge.adapters.memory.links import LinksTables
from wms_bridge.adapters.memory.lots_tables import LotsTables
from wms_bridge.adapters.memory.promises_tables import PromisesTables
from wms_bridge.adapters.memory.tower_tables import TowerTables
from wms_bridge.adapters.memory.tracing import TracingTables
from wms_bridge.ledger import Account, Entry
from wms_bridge.records.counts import (
    CountCase,
    CountTaskRecord,
    DecisionRecord,
    EpcisRecord,
    EvidenceRecord,
    SeenCount,
)
from wms_bridge.records.siting import SiteDraft
from wms_bridge.records.walls import WallPlace
from wms_bridge.records.work import (
    Discrepancy,
    LineRecord,
    NumberedEvent,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    PolicyRecord,
    PutRecord,
    ReceiptRecord,
    Remembered,
    RuleRecord,
    SkuRecord,
    StationRecord,
    Tally,
)


@dataclass(slots=True)
class Tables:
    """Records by their names; ``account_...``, ``slot_...``, ``case_counts``, ``latest_task``,
    ``order_lines``, ``confirmed_picks``,
    ``receipt_puts``, ``epcis_hashes``, ``pending`` and all ``open_...`` are
    look-ups made from them."""

    skus: dict[Sku, SkuRecord] = field(default_factory=dict)
    rules: dict[RuleId, RuleRecord] = field(default_factory=dict)
    policy: dict[str, PolicyRecord] = field(default_factory=dict)
    remembered: dict[str, Remembered] = field(default_factory=dict)
    orders: dict[OrderId, OrderRecord] = field(default_factory=dict)
    order_list: list[OrderId] = field(default_factory=list)
    lines: dict[LineId, LineRecord] = field(default_factory=dict)
    order_lines: dict[OrderId, tuple[LineId, ...]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    movement_keys: dict[str, None] = field(default_factory=dict)
    account_entries: defaultdict[Account, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    balances: dict[tuple[Account, Sku], int] = field(default_factory=dict)
    account_skus: dict[Account, tuple[Sku, ...]] = field(default_factory=dict)
    picks: dict[PickId, PickRecord] = field(default_factory=dict)
    open_picks: dict[tuple[StationId, PickId], None] = field(default_factory=dict)
    confirmed_picks: dict[OrderId, tuple[PickId, ...]] = field(default_factory=dict)
    slot_picks: defaultdict[SlotId, list[PickId]] = field(default_factory=lambda: defaultdict(list))
    receipts: dict[ReceiptId, ReceiptRecord] = field(default_factory=dict)
    open_receipts: dict[ReceiptId, None] = field(default_factory=dict)
    puts: dict[PutId, PutRecord] = field(default_factory=dict)
    receipt_puts: dict[ReceiptId, tuple[PutId, ...]] = field(default_factory=dict)
    open_puts: dict[tuple[StationId, PutId], None] = field(default_factory=dict)
    slot_puts: defaultdict[SlotId, list[PutId]] = field(default_factory=lambda: defaultdict(list))
    stations: dict[StationId, StationRecord] = field(default_factory=dict)
    events: list[NumberedEvent] = field(default_factory=list)
    messages: dict[int, OutboxMessage] = field(default_factory=dict)
    pending: dict[int, None] = field(default_factory=dict)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    cases: dict[str, CountCase] = field(default_factory=dict)
    slot_cases: dict[SlotId, str] = field(default_factory=dict)
    seen_counts: dict[str, SeenCount] = field(default_factory=dict)
    case_counts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    count_tasks: dict[int, CountTaskRecord] = field(default_factory=dict)
    latest_task: dict[CountId, int] = field(default_factory=dict)
    open_counts: dict[tuple[StationId, int], None] = field(default_factory=dict)
    decisions: list[DecisionRecord] = field(default_factory=list)
    evidence: dict[str, EvidenceRecord] = field(default_factory=dict)
    epcis: list[EpcisRecord] = field(default_factory=list)
    epcis_hashes: dict[str, None] = field(default_factory=dict)
    tallies: dict[Tally, int] = field(default_factory=lambda: dict.fromkeys(Tally, 0))
    lots: LotsTables = field(default_factory=LotsTables)
    tracing: TracingTables = field(default_factory=TracingTables)
    links: LinksTables = field(default_factory=LinksTables)
    access: AccessTables = field(default_factory=AccessTables)
    promises: PromisesTables = field(default_factory=PromisesTables)
    kpis: KpisTables = field(default_factory=KpisTables)
    alarms: AlarmsTables = field(default_factory=AlarmsTables)
    tower: TowerTables = field(default_factory=TowerTables)
    foresight: ForesightTables = field(default_factory=ForesightTables)
    wall_places: dict[tuple[StationId, int], WallPlace] = field(default_factory=dict)
    interventions: InterventionsTables = field(default_factory=InterventionsTables)
    site_draft: dict[str, SiteDraft] = field(default_factory=dict)


class OverTables:
    """What looks at the tables, each part at its own."""

    def __init__(self, tables: Tables):
        self._tables = tables
        self._lots = tables.lots
        self._tracing = tables.tracing
        self._links = tables.links
        self._access = tables.access
        self._promises = tables.promises
        self._alarms = tables.alarms
        self._interventions = tables.interventions
