"""What was seen of the slots of a site since each was settled, and what is known of its tags."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from planner.warehouse.ids import EpcUri, Sku, SlotId
from vision.counting.believing import (
    Neighbours,
    SeenScan,
    SeenSlot,
    SlotEvidence,
    Suspect,
    belief_of,
)
from vision.counting.books import BookedSlot, Register, RegisteredTag
from vision.fusion.slots import odds_of
from vision.fusion.tags import TagParams, TagRecord

_WORTH_A_LOOK = 0.05
"""Where a tag from elsewhere is less likely to be in any scan, it is not."""
_WORTH_A_COUNT = 0.02
"""A tag of another slot is that likely to lie here: its own slot is counted anew."""
_MOST = 8
"""Scans and pictures of a slot, and scans that found a tag, that are kept: the latest."""
_MOSTLY = 0.5
_HARDLY = 0.01
"""Odds below which a tag of a slot is there only if nothing else explains the count."""
_SETTLED = 0.95


class Memory:
    """Scans and pictures by slot and by tag, a few of each. Evidence that began before the time of
    its slot says nothing of it."""

    def __init__(self, tags: Iterable[RegisteredTag]) -> None:
        self.register = Register(tags)
        self._since: dict[SlotId, int] = {}
        self._scans: dict[SlotId, list[SeenScan]] = {}
        self._found: dict[EpcUri, list[SeenScan]] = {}
        self._strange: dict[SlotId, dict[EpcUri, None]] = {}
        self._pictures: dict[SlotId, list[SeenSlot]] = {}
        self._skus: dict[EpcUri, Sku] = {}

    def keep_scan(self, seen: SeenScan, skus: Mapping[EpcUri, Sku]) -> list[SlotId]:
        """Take a scan in, and the SKUs of tags in it; the slots it says something of."""
        touched = dict.fromkeys(sorted(seen.scan.covered))
        self._skus |= skus
        for slot in touched:
            self._scans[slot] = [*self._scans.get(slot, ())[-_MOST + 1 :], seen]
        for epc, places in seen.scan.found.items():
            home = self.home_of(epc)
            self._found[epc] = [*self._found.get(epc, ())[-_MOST + 1 :], seen]
            elsewhere = {
                slot: share
                for slot, share in places.items()
                if slot != home and share > _WORTH_A_LOOK
            }
            for slot in elsewhere:
                self._strange.setdefault(slot, {})[epc] = None
            if home is not None and max(elsewhere.values(), default=0.0) > _WORTH_A_COUNT:
                touched[home] = None
        return list(touched)

    def keep_picture(self, slot: SlotId, seen: SeenSlot) -> bool:
        """Take in what a picture says of a slot; whether it says anything still."""
        if seen.at_ms < self._since.get(slot, 0):
            return False
        self._pictures[slot] = [*self._pictures.get(slot, ())[-_MOST + 1 :], seen]
        return True

    def home_of(self, epc: EpcUri) -> SlotId | None:
        """The slot a tag is registered in."""
        tag = self.register.get(epc)
        return tag.record.slot if tag else None

    def begin_anew(self, slot: SlotId, since_ms: int) -> None:
        """Forget what was seen of a slot before."""
        self._since[slot] = max(since_ms, self._since.get(slot, 0))
        since = self._since[slot]
        self._scans[slot] = [one for one in self._scans.get(slot, ()) if one.from_ms >= since]
        self._pictures[slot] = [one for one in self._pictures.get(slot, ()) if one.at_ms >= since]
        strange = self._strange.get(slot, {})
        self._strange[slot] = {epc: None for epc in strange if self._suspect_of(epc, since).scans}

    def evidence(self, booked: BookedSlot) -> SlotEvidence:
        """All that counts of a slot now."""
        slot, since = booked.slot, self._since.get(booked.slot, 0)
        scans = [one for one in self._scans.get(slot, ()) if one.from_ms >= since]
        here = [self._suspect(tag.record, tag.sku, since) for tag in self.register.own(slot)]
        own = [one for one in here if one.sku == booked.sku]
        strange = [one for one in here if one.sku != booked.sku and one.scans]
        strange += [
            one
            for epc in self._strange.get(slot, ())
            if self.home_of(epc) != slot and (one := self._suspect_of(epc, since)).scans
        ]
        if booked.quantity > len(own):
            own, strange = _with_new(booked, own, strange)
        tagged = booked.tagged or self.register.is_tagged(booked.sku)
        tagged = tagged or any(one.sku == booked.sku for one in (*own, *strange))
        return SlotEvidence(scans, self._pictures.get(slot, []), own, strange, tagged)

    def learn(self, booked: BookedSlot, neighbours: Neighbours, params: TagParams) -> None:
        """What the scans say of the tags of a slot that holds what its books say: which are here,
        which have left, and how often each was read and missed."""
        evidence = self.evidence(booked)
        if not evidence.scans:
            return
        slot = booked.slot
        odds = {
            one.record.epc: odds_of(belief_of(one, neighbours, params), params)
            for one in evidence.own
        }
        likely = sorted(evidence.own, key=lambda one: -odds[one.record.epc])
        new = [one for one in evidence.strange if self._is_new(slot, one)]
        sure = sum(chance >= _HARDLY for chance in odds.values())
        # The count says how many are here. Tags that came take the places of those that hardly are.
        stay = max(0, min(len(likely), booked.quantity - len(new)), min(sure, booked.quantity))
        for number, one in enumerate(likely):
            epc = one.record.epc
            reads = sum(epc in seen.scan.found for seen in evidence.scans)
            place = slot if number < stay else _elsewhere(one, neighbours, params)
            if self.register.get(epc) is None and one.sku is not None:
                self.register.put(RegisteredTag(one.record, one.sku))
            self.register.seen(epc, place, reads, len(evidence.scans) - reads)
        for one in new:
            if one.sku is not None:
                record = TagRecord(one.record.epc, slot, len(one.scans))
                self.register.put(RegisteredTag(record, one.sku))

    def _is_new(self, slot: SlotId, suspect: Suspect) -> bool:
        """Whether a tag that is registered nowhere was found in a slot."""
        home = self.home_of(suspect.record.epc)
        return home is None and suspect.sku is not None and _mostly_in(slot, suspect)

    def _suspect(self, record: TagRecord, sku: Sku | None, since: int) -> Suspect:
        """A tag, and the scans of its own slot or that found it."""
        scans = [] if record.slot is None else self._scans.get(record.slot, [])
        relevant = {id(one): one for one in (*scans, *self._found.get(record.epc, ()))}
        return Suspect(record, sku, [one for one in relevant.values() if one.from_ms >= since])

    def _suspect_of(self, epc: EpcUri, since: int) -> Suspect:
        tag = self.register.get(epc)
        if tag is None:
            return self._suspect(TagRecord(epc, None, 1), self._skus.get(epc), since)
        return self._suspect(tag.record, tag.sku, since)


def _with_new(
    booked: BookedSlot, own: Sequence[Suspect], strange: Sequence[Suspect]
) -> tuple[list[Suspect], list[Suspect]]:
    """Goods came without their tags being told: those read here first are theirs."""
    new = [
        one
        for one in strange
        if one.record.slot is None and one.sku == booked.sku and _mostly_in(booked.slot, one)
    ]
    taken = {one.record.epc for one in new}
    adopted = [
        Suspect(TagRecord(one.record.epc, booked.slot, 1), one.sku, one.scans) for one in new
    ]
    return [*own, *adopted], [one for one in strange if one.record.epc not in taken]


def _mostly_in(slot: SlotId, suspect: Suspect) -> bool:
    shares = [
        seen.scan.found[suspect.record.epc].get(slot, 0.0)
        for seen in suspect.scans
        if suspect.record.epc in seen.scan.found
    ]
    return bool(shares) and fmean(shares) > _MOSTLY


def _elsewhere(suspect: Suspect, neighbours: Neighbours, params: TagParams) -> SlotId | None:
    """The slot in which a tag was found that has left its own, if that is clear."""
    places = belief_of(suspect, neighbours, params).places
    others = {slot: share for slot, share in places.items() if slot != suspect.record.slot}
    best = max(others, key=lambda slot: others[slot], default=None)
    return best if best is not None and others[best] > _SETTLED else None
