"""A site of slots with tagged pieces whose books are partly wrong, and what counts it: readers that
miss and misplace, a camera that sees the front, people who miscount. Exact truth, seeded."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random

from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.ids import EpcUri, Sku, SlotId
from vision.fusion.pieces import counted, number_of, occupied, seen_front, together
from vision.fusion.tags import (
    Scan,
    TagBelief,
    TagParams,
    TagRecord,
    believe,
    is_sound,
    rates_of_site,
)
from wms_bridge.reconciling import (
    CountDecision,
    Looks,
    NextStep,
    ReconcileParams,
    SlotBooks,
    reconcile,
)

CAPACITY = 40


@dataclass(frozen=True, slots=True)
class SiteErrors:
    """Share of slots into whose pieces something has come, and how readers, cameras and people err:
    ``leak`` of the reads are placed into a slot beside, ``dead`` of the tags cannot be read. Our
    assumptions, after the sources named in :mod:`vision.fusion.tags`."""

    disturbed: float = 0.03
    read_rate: float = 0.97
    leak: float = 0.05
    dead: float = 0.012
    occupied_right: float = 0.99
    front: int = 6
    carton_seen: float = 0.96
    person_right: float = 0.98


class CountedSite:
    """``slots`` slots in a row, a Poisson number of pieces of mean 8 in most, none in one of eight.
    In a disturbed slot one to three pieces have moved to the slot beside it, or are gone."""

    def __init__(self, slots: int, errors: SiteErrors, seed: int):
        self.errors = errors
        self.random = Random(f"{seed}/site")
        self.slots = tuple(SlotId(f"P{index:05d}/A/1/1") for index in range(slots))
        self._index = {slot: index for index, slot in enumerate(self.slots)}
        self.records: list[TagRecord] = []
        self.truth: dict[EpcUri, SlotId | None] = {}
        self.dead: set[EpcUri] = set()
        for slot in self.slots:
            self._fill(slot)
        self.books = Counter(record.slot for record in self.records)
        self.holds = Counter(self.truth.values())

    def _fill(self, slot: SlotId) -> None:
        random = self.random
        pieces = 0 if random.random() < 0.12 else min(_poisson(random, 8.0), 30)
        off: Collection[int] = ()
        if random.random() < self.errors.disturbed and pieces:
            affected = min(pieces, random.choices((1, 2, 3), (0.64, 0.24, 0.12))[0])
            off = random.sample(range(pieces), affected)
        for piece in range(pieces):
            epc = EpcUri(f"urn:epc:id:sgtin:4012345.012345.{self._index[slot]}-{piece}")
            dead = random.random() < self.errors.dead
            if dead:
                self.dead.add(epc)
            read = not dead and random.random() < 0.999
            self.records.append(TagRecord(epc, slot, int(read), 0 if read else 3))
            self.truth[epc] = slot
            if piece in off:
                beside = random.choice(self.beside(slot))
                self.truth[epc] = beside if random.random() < 0.5 else None

    def beside(self, slot: SlotId) -> tuple[SlotId, SlotId]:
        """The slots to the left and right; the row is a ring."""
        index = self._index[slot]
        return self.slots[index - 1], self.slots[(index + 1) % len(self.slots)]

    @property
    def record_accuracy(self) -> float:
        """Share of slots whose books are right, piece by piece."""
        wrong = {slot for r in self.records if (slot := self.truth[r.epc]) != r.slot}
        wrong |= {r.slot for r in self.records if self.truth[r.epc] != r.slot}
        return 1 - len(wrong - {None}) / len(self.slots)

    def scan(self, slots: Collection[SlotId]) -> Scan:
        """One pass along these."""
        found: dict[EpcUri, Mapping[SlotId, float]] = {}
        wanted, errors, random = frozenset(slots), self.errors, self.random
        for epc, slot in self.truth.items():
            if slot not in wanted or epc in self.dead or random.random() >= errors.read_rate:
                continue
            place = random.choice(self.beside(slot)) if random.random() < errors.leak else slot
            around = dict.fromkeys(self.beside(place), errors.leak / 2)
            found[epc] = {**around, place: 1 - errors.leak}
        return Scan(wanted, found)

    def look(self, slot: SlotId) -> tuple[bool, int]:
        """What the camera sees: whether there is anything, and how many in front."""
        pieces, errors, random = self.holds[slot], self.errors, self.random
        right = random.random() < errors.occupied_right
        front = sum(random.random() < errors.carton_seen for _ in range(min(pieces, errors.front)))
        return (pieces > 0) == right, front

    def count(self, slot: SlotId) -> int:
        """What a person counts."""
        wrong = self.random.random() >= self.errors.person_right
        off = self.random.choice((-1, 1)) if wrong else 0
        return max(0, self.holds[slot] + off)


_GOES_ON = (NextStep.RESCAN, NextStep.COUNT, NextStep.SECOND_COUNT)


@dataclass(slots=True)
class Outcome:
    """Where the ladder ended for one slot."""

    decision: CountDecision
    looks: Looks
    after: int


def count_all(
    site: CountedSite, tags: TagParams, params: ReconcileParams, passes: int = 1
) -> dict[SlotId, Outcome]:
    """Count the whole site: ``passes`` over all of it, what is doubtful again, people last."""
    rounds = [site.scan(site.slots) for _ in range(passes)]
    scans = [scan for one in rounds for scan in _sound(site, one, tags)]
    views = {slot: site.look(slot) for slot in site.slots}
    looks = dict.fromkeys(site.slots, Looks())
    outcomes: dict[SlotId, Outcome] = {}
    doubtful = list(site.slots)
    while doubtful:
        chances = slot_chances(site, scans, tags, doubtful)
        again: list[SlotId] = []
        for slot in doubtful:
            books, told = site.books[slot], looks[slot].counts
            count = slot_count(slot, chances[slot], views[slot], told, site.errors, books)
            found = reconcile(count, SlotBooks(books), looks[slot], params)
            outcomes[slot] = Outcome(found, looks[slot], _after(site, slot, found))
            if found.step in (NextStep.COUNT, NextStep.SECOND_COUNT):
                counts = (*looks[slot].counts, site.count(slot))
                looks[slot] = replace(looks[slot], counts=counts)
            elif found.step is NextStep.RESCAN:
                looks[slot] = replace(looks[slot], rescans=looks[slot].rescans + 1)
                again.append(slot)
        doubtful = [slot for slot in doubtful if outcomes[slot].decision.step in _GOES_ON]
        if again:
            # What a robot passes on its way is evidence too, also of slots that seemed settled.
            near = {beside for slot in again for beside in site.beside(slot)}
            covered = [slot for slot in site.slots if slot in near.union(again)]
            scans += _sound(site, site.scan(covered), tags)
            doubtful = list(dict.fromkeys((*doubtful, *covered)))
    return outcomes


def _sound(site: CountedSite, scan: Scan, tags: TagParams) -> list[Scan]:
    return [scan] if is_sound(scan, site.records, tags) else []


def _after(site: CountedSite, slot: SlotId, found: CountDecision) -> int:
    """The books then; a supervisor looks for themselves."""
    if found.step is NextStep.APPROVE:
        return site.holds[slot]
    return site.books[slot] + found.difference


def slot_chances(
    site: CountedSite, scans: list[Scan], tags: TagParams, slots: Iterable[SlotId]
) -> dict[SlotId, list[float]]:
    """For each slot the probability of every tag that may be in it."""
    wanted = set(slots)
    where: dict[EpcUri, set[SlotId]] = defaultdict(set)
    for scan in scans:
        for epc, places in scan.found.items():
            where[epc].update(places)
    chances: dict[SlotId, list[float]] = {slot: [] for slot in wanted}
    for record in site.records:
        # One that was not read may be in a slot beside its own.
        near = where[record.epc] or (site.beside(record.slot) if record.slot else ())
        if wanted.isdisjoint({record.slot, *near}):
            continue
        belief: TagBelief = believe(record, scans, site.beside, tags)
        for slot, chance in belief.places.items():
            if slot in wanted:
                chances[slot].append(chance)
    return chances


def slot_count(
    slot: SlotId,
    chances: list[float],
    view: tuple[bool, int],
    counts: tuple[int, ...],
    errors: SiteErrors,
    books: int = 0,
) -> SlotCount:
    """All evidence of one slot put together."""
    full, front = view
    seen = [occupied(full, errors.occupied_right, CAPACITY)]
    seen.append(seen_front(front, errors.front, errors.carton_seen, CAPACITY))
    seen += [counted(min(number, CAPACITY), errors.person_right, CAPACITY) for number in counts]
    kinds = {EvidenceKind.RFID, EvidenceKind.CAMERA}
    kinds |= {EvidenceKind.PERSON} if counts else set()
    posterior = together(number_of(chances, CAPACITY), seen)
    found = tuple(posterior.tolist())
    return SlotCount(slot, Sku("A"), books, 0, 1, found, frozenset(kinds), ("pass", "frame"))


def site_params(site: CountedSite, read_rate: float | None = None) -> TagParams:
    """What a site knows of its own records, and believes of its readers."""
    moved, lost = rates_of_site(site.record_accuracy, 8 * 0.88)
    return TagParams(
        read_rate=read_rate or site.errors.read_rate,
        dead_share=site.errors.dead,
        moved=moved,
        lost=lost,
        doubt=0.002,
        slots=len(site.slots),
    )


def _poisson(random: Random, mean: float) -> int:
    """Knuth's method."""
    limit, product, count = 2.718281828459045**-mean, random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
