"""What is to be counted: the books of slots, and the register of tags."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import EpcUri, Sku, SlotId
from vision.fusion.tags import TagRecord
from vision.shelf.rack import Carton, Expectation


@dataclass(frozen=True, slots=True)
class BookedSlot:
    """``quantity`` pieces of ``sku`` in a slot that holds ``capacity``, as the books have it. With
    the size of its ``carton``, and the ``code`` printed on each, pictures tell more. ``tagged``:
    its pieces carry tags; that is known as well as soon as one of the SKU is registered or read.

    Raises ``InvalidCount`` for more than fit. Books may say so all the same: then the capacity is
    wrong, and what was counted would be cut off.
    """

    slot: SlotId
    sku: Sku
    quantity: int
    capacity: int
    carton: Carton | None = None
    code: str | None = None
    tagged: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.quantity <= self.capacity:
            raise InvalidCount(
                "the slot does not hold so many",
                field=f"{self.slot}.quantity",
                value=self.quantity,
                remedy=f"Book 0 to {self.capacity}, or correct the capacity.",
            )

    @property
    def expectation(self) -> Expectation:
        """What a picture of it is held against."""
        return Expectation(self.sku, self.capacity, self.carton, self.code)


@dataclass(frozen=True, slots=True)
class RegisteredTag:
    """A tag of which the SKU is known, and where it was last believed to be; its reads and misses
    before as in ``TagRecord``."""

    record: TagRecord
    sku: Sku


class Register:
    """The tags of a site. A tag is in one slot or in none."""

    def __init__(self, tags: Iterable[RegisteredTag] = ()) -> None:
        self._tags: dict[EpcUri, RegisteredTag] = {}
        self._own: dict[SlotId, dict[EpcUri, None]] = {}
        self._tagged: set[Sku] = set()
        for tag in tags:
            self.put(tag)

    def put(self, tag: RegisteredTag) -> None:
        """Take a tag in, or what is known of it now."""
        before = self._tags.get(tag.record.epc)
        if before is not None and before.record.slot is not None:
            del self._own[before.record.slot][tag.record.epc]
        self._tags[tag.record.epc] = tag
        self._tagged.add(tag.sku)
        if tag.record.slot is not None:
            self._own.setdefault(tag.record.slot, {})[tag.record.epc] = None

    def get(self, epc: EpcUri) -> RegisteredTag | None:
        return self._tags.get(epc)

    def own(self, slot: SlotId) -> tuple[RegisteredTag, ...]:
        """The tags last believed in a slot, in the order they came."""
        return tuple(self._tags[epc] for epc in self._own.get(slot, ()))

    def is_tagged(self, sku: Sku) -> bool:
        """Whether pieces of this SKU carry tags, as far as is known."""
        return sku in self._tagged

    def seen(self, epc: EpcUri, slot: SlotId | None, reads: int, misses: int) -> None:
        """So many scans more have read it or missed it where it was; it is in ``slot`` now. One
        that is there and is not read any more counts as one that never was: tags die."""
        tag = self._tags[epc]
        before = tag.record
        record = replace(
            before,
            slot=slot,
            reads_before=before.reads_before + reads if reads else 0,
            misses_before=misses if reads else before.misses_before + misses,
        )
        if not reads and not misses:
            record = replace(before, slot=slot)
        self.put(replace(tag, record=record))
