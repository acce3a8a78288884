"""What serials and packs need of a store; part of :mod:`wms_bridge.ports`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from planner.warehouse.ids import Sku
from wms_bridge.ledger import Account, Entry
from wms_bridge.records.tracing import (
    Content,
    ContentChange,
    Group,
    Mend,
    MendQuery,
    Name,
    Occurrence,
    SerialDoubt,
    Sighting,
    Stay,
    Thing,
)


class TracingReading(Protocol):
    """Questions to the store."""

    def sku_of_kind(self, kind: str) -> Sku | None:
        """The SKU that a kind of goods (``01/<gtin>``) is; ``None`` if not known."""

    def kinds_of_sku(self, sku: Sku) -> tuple[str, ...]:
        """Kinds under which serials of a SKU are known, oldest first."""

    def things(self, names: Collection[Name]) -> Mapping[Name, Thing]:
        """Those of ``names`` that are known."""

    def numbered_things(self, numbers: Collection[int]) -> Mapping[int, Thing]:
        """Things by their numbers."""

    def children(self, parent: int, after: int = 0, limit: int = 1000) -> tuple[Thing, ...]:
        """Things directly in a parent, by number, with a number above ``after``."""

    def children_of(self, parents: Collection[int]) -> tuple[Thing, ...]:
        """Things directly in any of these parents, by number."""

    def things_at(self, place: Account, after: int = 0, limit: int = 1000) -> tuple[Thing, ...]:
        """Things on an account and in no pack, by number, with a number above ``after``."""

    def serials_at(self, place: Account, sku: Sku) -> tuple[Thing, ...]:
        """Pieces of a SKU on an account and in no pack, by number."""

    def contents(self, packs: Collection[int]) -> tuple[Content, ...]:
        """Pieces by class in packs; none that are 0."""

    def packs_with(self, lot: str) -> tuple[Content, ...]:
        """Pieces by class of a lot, in whatever packs they are."""

    def content_changes(self, pack: int) -> tuple[ContentChange, ...]:
        """What went into a pack and out of it by class, in order."""

    def path(self, thing: int) -> tuple[Stay, ...]:
        """All places of a thing, in order."""

    def stays_at(self, things: Collection[int], at_ms: int) -> Mapping[int, Stay]:
        """Where things were at a time; those not known then are left out."""

    def stays_in(self, parent: int, limit: int = 10_000) -> tuple[Stay, ...]:
        """When things came directly into a parent, in order."""

    def lot_groups(self, lot: str, kind: str | None = None) -> tuple[Group, ...]:
        """Where the serials of a lot are: how many on each account and in each parent."""

    def lot_origins(self, lot: str) -> tuple[tuple[Occurrence, int], ...]:
        """With what the serials of a lot came, and how many with each."""

    def occurrence(self, key: str) -> Occurrence | None:
        """What happened under a key."""

    def picked_serials(self, movements: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The serials that movements into totes took along, by the keys of these; those without
        any are left out."""

    def movement(self, key: str) -> Entry | None:
        """A movement of the books."""

    def movements_of_sku(
        self, sku: Sku, since_ms: int = 0, limit: int | None = None
    ) -> tuple[Entry, ...]:
        """Movements of a SKU at ``since_ms`` or later, the latest first, at most ``limit``."""

    def sightings_of(self, things: Collection[int], since_ms: int) -> tuple[Sighting, ...]:
        """Sightings that any of these things was part of, by time."""

    def sighting(self, evidence: str) -> Sighting | None:
        """The sighting of this evidence."""

    def mend(self, number: int) -> Mend | None:
        """One mend."""

    def mends(self, query: MendQuery) -> tuple[Mend, ...]:
        """Mends as asked for."""

    def mends_of(self, children: Collection[int]) -> tuple[Mend, ...]:
        """All mends of links of these things, by number."""

    def doubts(self, before: int | None = None, limit: int = 100) -> tuple[SerialDoubt, ...]:
        """Doubts with a number below ``before``, the latest first."""


class TracingWriting(TracingReading, Protocol):
    """Changes to the store."""

    def put_kind(self, kind: str, sku: Sku | None) -> None:
        """Keep a kind; a SKU it has stays."""

    def add_occurrence(self, occurrence: Occurrence) -> int:
        """Keep what happened; its ``number`` is ignored and the next one given."""

    def add_things(self, things: Sequence[Thing]) -> tuple[Thing, ...]:
        """Keep new things and their first stays; their ``number`` is ignored and the next ones
        given."""

    def move_things(
        self,
        things: Collection[int],
        occurrence: Occurrence,
        place: Account | None,
        parent: int | None,
    ) -> None:
        """Give things another place (one of ``place`` and ``parent``), and keep that in their
        history."""

    def put_picked(self, movement: str, serials: tuple[str, ...]) -> None:
        """Keep which serials a movement into a tote took along, once per movement."""

    def put_lot(self, thing: int, lot: str) -> None:
        """Tell of which lot a thing is."""

    def change_content(self, change: ContentChange) -> None:
        """Put pieces by class into a pack or take them out."""

    def add_sighting(self, sighting: Sighting) -> int:
        """Keep a sighting; its ``number`` is ignored and the next one given."""

    def add_mend(self, mend: Mend) -> Mend:
        """Keep a mend; its ``number`` is ignored and the next one given."""

    def put_mend(self, mend: Mend) -> None:
        """Replace a mend."""

    def add_doubt(self, doubt: SerialDoubt) -> None:
        """Keep a doubt; its ``number`` is ignored and the next one given."""
