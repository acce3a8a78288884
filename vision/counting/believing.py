"""From all evidence of a slot since it was settled to what it holds."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.ids import EpcUri, Sku, SlotId
from vision.counting.books import BookedSlot, RegisteredTag
from vision.counting.params import CountingParams
from vision.fusion.pieces import Chances, chances_of_record, normalised
from vision.fusion.slots import SlotTags, UntaggedParams, beside, odds_of, slot_pieces
from vision.fusion.tags import Scan, TagBelief, TagParams, TagRecord, believe

Neighbours = Callable[[SlotId], Collection[SlotId]]
_WORTH_A_LOOK = 1e-3
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, eq=False)
class SeenScan:
    """A scan of a face, from when to when, and the name of its reads."""

    scan: Scan
    from_ms: int
    until_ms: int
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class SeenSlot:
    """What one picture says of one slot."""

    likelihood: Chances
    at_ms: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A tag that may be in a slot: what is known of it, of which SKU it is if that is known, and
    the scans that concern it."""

    record: TagRecord
    sku: Sku | None
    scans: Sequence[SeenScan]


@dataclass(frozen=True, slots=True, eq=False)
class SlotEvidence:
    """Everything seen of a slot: ``scans`` that covered it, ``pictures``, and the tags that are
    registered in it (``own``) or were read in it (``strange``). ``tagged``: its SKU has tags."""

    scans: Sequence[SeenScan]
    pictures: Sequence[SeenSlot]
    own: Sequence[Suspect]
    strange: Sequence[Suspect]
    tagged: bool

    @property
    def until_ms(self) -> int:
        """When the last of it was seen; 0 without any."""
        ends = [one.until_ms for one in self.scans] + [one.at_ms for one in self.pictures]
        return max(ends, default=0)


@dataclass(frozen=True, slots=True)
class Trust:
    """In the books of a slot that was settled at ``since_ms``, after so many movements."""

    since_ms: int
    movements: int = 0

    def accuracy(self, at_ms: int, params: CountingParams) -> float:
        """How probable it is that they are right."""
        days = max(0, at_ms - self.since_ms) / _DAY_MS
        kept = (1 - params.wrong_per_movement) ** self.movements
        return params.settled * kept * exp(-params.wrong_per_day * days)


def belief_of(suspect: Suspect, neighbours: Neighbours, params: TagParams) -> TagBelief:
    """Where a tag is. What misplaces a tag in one pass (waves over floor and shelves) does so in
    the next: where it was found counts for less each time."""
    scans = [seen.scan for seen in suspect.scans]
    epc = suspect.record.epc
    times = sum(epc in scan.found for scan in scans)
    if times > 1:
        share = 1 / sqrt(times)
        scans = [_weakened(scan, epc, share) for scan in scans]
    return believe(suspect.record, scans, neighbours, params)


def _weakened(scan: Scan, epc: EpcUri, power: float) -> Scan:
    found = scan.found.get(epc)
    if found is None:
        return scan
    stray = max(0.0, 1 - sum(found.values())) ** power
    weak = {slot: share**power for slot, share in found.items()}
    total = stray + sum(weak.values())
    return Scan(scan.covered, {epc: {slot: share / total for slot, share in weak.items()}})


def slot_count(
    booked: BookedSlot, seen: SlotEvidence, neighbours: Neighbours, params: CountingParams
) -> SlotCount | None:
    """What a slot holds; ``None`` if nothing that was seen says anything of it."""
    record = chances_of_record(booked.quantity, booked.capacity, params.record)
    tags = _slot_tags(booked, seen, neighbours, params)
    untagged = UntaggedParams(_bare(booked, seen, params), _unread(seen, params))
    likelihoods: dict[EvidenceKind, Chances] = {}
    if seen.tagged and (seen.scans or tags.others):
        read = slot_pieces(record, tags, untagged)
        likelihoods[EvidenceKind.RFID] = normalised(read / np.maximum(record, 1e-300))
    camera = _camera(seen.pictures, booked.capacity, params)
    if camera is not None:
        likelihoods[EvidenceKind.CAMERA] = normalised(beside(camera, tags.foreign))
    if not likelihoods:
        return None
    posterior = slot_pieces(record, tags, untagged, [] if camera is None else [camera])
    kinds = _speaking(posterior, booked.quantity, likelihoods, params.supports)
    return _told(booked, posterior, kinds, seen)


def _slot_tags(
    booked: BookedSlot, seen: SlotEvidence, neighbours: Neighbours, params: CountingParams
) -> SlotTags:
    odds = [odds_of(belief_of(one, neighbours, params.tags), params.tags) for one in seen.own]
    others: list[float] = []
    foreign: list[float] = []
    for one in seen.strange:
        here = belief_of(one, neighbours, params.tags).places.get(booked.slot, 0.0)
        if here > _WORTH_A_LOOK:
            (others if one.sku == booked.sku else foreign).append(min(here, 1.0))
    return SlotTags(tuple(odds), tuple(others), tuple(foreign))


def _bare(booked: BookedSlot, seen: SlotEvidence, params: CountingParams) -> float:
    """How probable it is that a piece has no tag. If as many tags are registered as pieces are
    booked, the books would have to be wrong as well."""
    wrong = 1 - params.record.accuracy if len(seen.own) == booked.quantity else 1.0
    return params.untagged * wrong


def _unread(seen: SlotEvidence, params: CountingParams) -> float:
    """How probable it is that a piece beyond the register was never read."""
    if not seen.tagged:
        return 1.0
    silent = params.untagged + params.tags.dead_share
    return min(1.0, silent + (1 - silent) * (1 - params.tags.read_rate) ** len(seen.scans))


def _camera(pictures: Sequence[SeenSlot], capacity: int, params: CountingParams) -> Chances | None:
    """Pictures of one slot put together; their faults are much the same, so that more of them
    count for less than as many independent ones. ``None`` if none says anything."""
    telling = [one for one in pictures if np.ptp(one.likelihood) > 0]
    if not telling:
        return None
    total = np.zeros(capacity + 1)
    for one in telling:
        sound = one.likelihood / one.likelihood.sum()
        total += np.log(sound * (1 - params.picture_floor) + params.picture_floor / (capacity + 1))
    total /= sqrt(len(telling))
    return normalised(np.exp(total - total.max()))


def _speaking(
    posterior: Chances, books: int, likelihoods: Mapping[EvidenceKind, Chances], supports: float
) -> frozenset[EvidenceKind]:
    """Kinds of evidence that speak for what is likeliest, if that is not what the books say."""
    best = int(posterior.argmax())
    if best == books:
        return frozenset(likelihoods)
    ratio = {kind: like[best] / max(like[books], 1e-300) for kind, like in likelihoods.items()}
    speaking = frozenset(kind for kind, times in ratio.items() if times >= supports)
    return speaking or frozenset((max(ratio, key=lambda kind: ratio[kind]),))


def _told(
    booked: BookedSlot, posterior: Chances, kinds: frozenset[EvidenceKind], seen: SlotEvidence
) -> SlotCount:
    scans = {one.sha256: one for one in seen.scans}
    for suspect in (*seen.own, *seen.strange):
        scans |= {one.sha256: one for one in suspect.scans if suspect.record.epc in one.scan.found}
    times = [(one.from_ms, one.until_ms, one.sha256) for one in scans.values()]
    times += [(one.at_ms, one.at_ms, one.sha256) for one in seen.pictures]
    times.sort()
    return SlotCount(
        slot=booked.slot,
        sku=booked.sku,
        books=booked.quantity,
        from_ms=times[0][0],
        until_ms=max(until for _, until, _ in times),
        probabilities=tuple(float(chance) for chance in posterior),
        kinds=kinds,
        evidence=tuple(dict.fromkeys(name for _, _, name in times)),
    )


def is_there(tag: RegisteredTag, scans: Sequence[SeenScan]) -> bool:
    """Whether a tag was read in its slot rather than missed or found elsewhere."""
    slot, epc = tag.record.slot, tag.record.epc
    if slot is None:
        return False
    return any(one.scan.found.get(epc, {}).get(slot, 0.0) > 0.5 for one in scans)
