"""The counter of a site: evidence in, counts of slots out. No clock, no socket, no file.

Every slot has a time since which its evidence counts: since it was settled last, or its books
changed. What is older is kept as evidence and says nothing any more. Slots belong to pods, so that
what was seen of them stays true while the pod travels.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import (
    InvalidCount,
    InvalidImage,
    InvalidMark,
    InvalidTag,
    PodherdError,
)
from planner.warehouse.ids import EpcUri, PodId, Sku, SlotId
from vision.codes.camera import Camera
from vision.counting.believing import SeenScan, SeenSlot, Trust, slot_count
from vision.counting.books import BookedSlot, RegisteredTag
from vision.counting.evidence import Evidence, digest, picture_evidence, reads_evidence
from vision.counting.memory import Memory
from vision.counting.params import CountingParams
from vision.counting.passes import Pass, check_times
from vision.counting.reading import FaceScan, FaceStand, mute_antennas, scan_of, tag_name
from vision.fusion.tags import Scan, is_sound
from vision.shelf.face import look_at_face
from vision.shelf.rack import FaceModel

_WORTH_A_LOOK = 0.02
"""A tag from elsewhere that less likely lies in any slot of a face has not been read in it."""

_MOST_KNOWN = 100_000
"""Passes and pictures that are known when they come again: the latest."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a pass or a picture: the counts it changed, the evidence to be kept, alarms that
    begin or end, and the ``fault`` for which nothing was counted."""

    counts: tuple[SlotCount, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    alarms: tuple[RaiseAlarm, ...] = ()
    fault: PodherdError | None = None


class Counter:
    """Counts the slots of a site.

    ``face_of`` gives the model of a face, ``gtins`` the SKU of each GTIN-14, so that tags that
    nobody registered are known by what they say. ``tags.slots`` of the parameters should be the
    number of slots of the site.
    """

    def __init__(
        self,
        face_of: Callable[[PodId, str], FaceModel],
        gtins: Mapping[str, Sku],
        books: Iterable[BookedSlot],
        tags: Iterable[RegisteredTag] = (),
        params: CountingParams | None = None,
    ):
        self.params = params or CountingParams()
        self.face_of = face_of
        self._gtins = dict(gtins)
        self._books = {booked.slot: booked for booked in books}
        self._memory = Memory(tags)
        self._known: dict[str, None] = {}
        self._failed: dict[str, str] = {}
        self._around: dict[SlotId, tuple[SlotId, ...]] = {}
        self._trust: dict[SlotId, Trust] = {}

    @property
    def books(self) -> Mapping[SlotId, BookedSlot]:
        """What is to be counted, by slot."""
        return self._books

    def see_reads(self, stand: FaceStand, passed: Pass) -> Seen:
        """A robot passed a face with its reader. The same pass again changes nothing.

        A pass whose reads do not fit the robot's track, or in which no antenna could see the face,
        is refused (``fault`` is an ``InvalidTag``) and kept as evidence. So is one of a reader that
        failed: what it did not read proves nothing.
        """
        if self._is_known(digest(stand.pod, stand.face, passed.reader, passed.track, passed.reads)):
            return Seen()
        mute = mute_antennas(passed)
        heard = tuple(mount for mount in passed.mounts if mount.number not in mute)
        try:
            check_times(passed, self.params.clock_ms)
            face = self.face_of(stand.pod, stand.face)
            found = scan_of(replace(passed, mounts=heard), stand, face, self.params)
        except InvalidTag as fault:
            return Seen(
                evidence=(reads_evidence(stand.pod, stand.face, passed, None),), fault=fault
            )
        scan = self._concerned(found)
        own = frozenset(epc for epc in found.places if self._uri(epc) in scan.found)
        kept = reads_evidence(stand.pod, stand.face, passed, found.places, own)
        sound = self._is_sound(scan)
        alarms = self._alarms(passed.reader, mute, sound)
        if not sound:
            return Seen(evidence=(kept,), alarms=alarms)
        seen = SeenScan(scan, passed.from_ms, passed.until_ms, kept.sha256)
        touched = self._memory.keep_scan(seen, self._skus(found))
        return Seen(self._counts(touched), (kept,), alarms)

    def see_picture(
        self, pod: PodId, face: str, image: NDArray[Any], camera: Camera, at_ms: int
    ) -> Seen:
        """A picture (grey or RGB) of a face. The same picture again changes nothing.

        A picture that nothing can be read from is refused (``fault`` is an ``InvalidImage`` or
        ``InvalidMark``) and kept as evidence, if it is a picture at all.
        """
        if self._is_known(digest(pod, face, at_ms, str(image.shape), image.tobytes())):
            return Seen()
        model = self.face_of(pod, face)
        booked = [self._books[slot] for slot in model.slots() if slot in self._books]
        expected = {one.slot: one.expectation for one in booked}
        try:
            look = look_at_face(image, camera, model, expected, self.params.shelf)
            kept = picture_evidence(image, look, at_ms)
        except (InvalidImage, InvalidMark) as fault:
            return Seen(evidence=_kept(image, at_ms), fault=fault)
        touched = [
            one.slot
            for one in look.slots
            if self._memory.keep_picture(one.slot, SeenSlot(one.likelihood, at_ms, kept.sha256))
        ]
        return Seen(self._counts(touched), (kept,))

    def count_of(self, slot: SlotId) -> SlotCount | None:
        """What is believed of a slot now; ``None`` if nothing was seen of it since it was settled.
        Raises ``InvalidCount`` for a slot that is not booked."""
        booked = self._booked(slot)
        evidence = self._memory.evidence(booked)
        params, trust = self.params, self._trust.get(slot)
        if trust is not None:
            accuracy = trust.accuracy(evidence.until_ms, params)
            params = replace(params, record=replace(params.record, accuracy=accuracy))
        return slot_count(booked, evidence, self._beside, params)

    def books_changed(
        self, booked: BookedSlot, at_ms: int, tags: Iterable[RegisteredTag] = ()
    ) -> None:
        """The books of a slot are others from ``at_ms`` on: what was seen of it before says nothing
        any more. ``tags`` that came with the pieces are registered, as far as they are known."""
        self._books[booked.slot] = booked
        for tag in tags:
            self._memory.register.put(tag)
        self._memory.begin_anew(booked.slot, at_ms)
        if (trust := self._trust.get(booked.slot)) is not None:
            self._trust[booked.slot] = replace(trust, movements=trust.movements + 1)

    def settled(self, slot: SlotId, at_ms: int) -> None:
        """Books and evidence agree, or were made to; the slot was looked at until ``at_ms``. What
        the scans said of its tags is learnt: those that left go out of the register, those that
        were found here come in. Tell changed books first (the count they rest on is lost then, and
        with it what there was to learn). Raises ``InvalidCount`` for a slot that is not booked."""
        booked = self._booked(slot)
        self._memory.learn(booked, self._beside, self.params.tags)
        self._memory.begin_anew(slot, at_ms)
        self._trust[slot] = Trust(at_ms)

    def _booked(self, slot: SlotId) -> BookedSlot:
        booked = self._books.get(slot)
        if booked is None:
            raise InvalidCount(
                "the slot is not booked",
                field="slot",
                value=slot,
                remedy="Tell its books first (books_changed).",
            )
        return booked

    def _is_known(self, name: str) -> bool:
        known = name in self._known
        self._known[name] = None
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return known

    def _uri(self, epc: bytes) -> EpcUri | None:
        name = tag_name(epc)
        return name.uri if name else None

    def _skus(self, found: FaceScan) -> dict[EpcUri, Sku]:
        names = [name for epc in found.places if (name := tag_name(epc)) is not None]
        return {name.uri: self._gtins[name.gtin] for name in names if name.gtin in self._gtins}

    def _concerned(self, found: FaceScan) -> Scan:
        """The scan without strays that neither belong here nor may lie here."""
        scan = found.scan
        places = {
            epc: places
            for epc, places in scan.found.items()
            if max(places.values(), default=0.0) > _WORTH_A_LOOK
            or self._memory.home_of(epc) in scan.covered
        }
        return Scan(scan.covered, places)

    def _is_sound(self, scan: Scan) -> bool:
        """Whether enough of what should be there was read: no more of a slot than its pieces."""
        records, tags, pieces = [], 0, 0
        for slot in scan.covered:
            own = [one.record for one in self._memory.register.own(slot)]
            booked = self._books.get(slot)
            records += own
            tags += len(own)
            pieces += min(len(own), booked.quantity if booked else 0)
        least = self.params.sound * pieces / tags if tags else 0.0
        return is_sound(scan, records, self.params.tags, least)

    def _alarms(self, reader: str, mute: tuple[int, ...], sound: bool) -> tuple[RaiseAlarm, ...]:
        """What is wrong with a reader, or right again, if that is news."""
        told = ""
        if mute:
            told = f"antenna {', '.join(map(str, mute))} reads nothing"
        if not sound:
            told = "reads far fewer tags than should be there"
        before = self._failed.get(reader, "")
        if told == before:
            return ()
        self._failed[reader] = told
        text = told or f"reads again ({before})"
        return (RaiseAlarm(AlarmKind.READER_FAILED, reader, text, active=bool(told)),)

    def _counts(self, slots: Iterable[SlotId]) -> tuple[SlotCount, ...]:
        found = (self.count_of(slot) for slot in slots if slot in self._books)
        return tuple(count for count in found if count is not None)

    def _beside(self, slot: SlotId) -> tuple[SlotId, ...]:
        """The slots left, right, above and below."""
        if slot in self._around:
            return self._around[slot]
        pod, face, level, column = slot.rsplit("/", 3)
        slots = self.face_of(PodId(pod), face).slots()
        around = [(0, -1), (0, 1), (-1, 0), (1, 0)]
        found = [f"{pod}/{face}/{int(level) + up}/{int(column) + on}" for up, on in around]
        self._around[slot] = tuple(SlotId(name) for name in found if name in slots)
        return self._around[slot]


def _kept(image: NDArray[Any], at_ms: int) -> tuple[Evidence, ...]:
    try:
        return (picture_evidence(image, None, at_ms),)
    except InvalidImage:
        return ()
