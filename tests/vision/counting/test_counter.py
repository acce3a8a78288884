"""Evidence in, counts out: what is counted, what is kept, what says nothing."""

import json
import math
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from fakes.counted_face import (
    CAMERA,
    CAPACITY,
    CARTON,
    FACE,
    MOUNTS,
    SKUS,
    SLOTS,
    STAND,
    CountedFace,
    booked,
    counted_face,
    epc,
)

from planner.warehouse.commands import AlarmKind
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import InvalidCount, InvalidImage, InvalidMark, InvalidTag
from planner.warehouse.ids import SlotId
from vision.counting.believing import Trust
from vision.counting.books import BookedSlot
from vision.counting.counter import Seen
from vision.counting.params import CountingParams

FIRST, SECOND, THIRD, FOURTH = SLOTS
BOOKS = {FIRST: 6, SECOND: 9, THIRD: 0, FOURTH: 4}


def counts(seen: Seen) -> dict[SlotId, SlotCount]:
    return {count.slot: count for count in seen.counts}


def test_books_that_are_right_are_confirmed_by_one_pass_and_one_picture() -> None:
    face = counted_face(BOOKS)
    read = face.counter.see_reads(STAND, face.passed())
    seen = face.counter.see_picture(FACE.pod, "A", face.picture(), CAMERA, face.now_ms)
    found = counts(seen)
    assert set(counts(read)) == {FIRST, SECOND, FOURTH}, "nothing is known of tags of the third"
    for slot in (FIRST, SECOND, FOURTH):
        assert found[slot].probability(BOOKS[slot]) > 0.98
        assert found[slot].books == BOOKS[slot]
        assert found[slot].kinds == {EvidenceKind.RFID, EvidenceKind.CAMERA}
        assert found[slot].evidence == (read.evidence[0].sha256, seen.evidence[0].sha256)
        assert (found[slot].from_ms, found[slot].until_ms) == (10_000, face.now_ms)
    assert found[THIRD].kinds == {EvidenceKind.CAMERA}


def test_pieces_that_are_gone_are_missed_more_each_time() -> None:
    face = counted_face(BOOKS)
    del face.lying[epc(FIRST, 0)]
    del face.lying[epc(FIRST, 3)]
    chances = [
        counts(face.counter.see_reads(STAND, face.passed(seed)))[FIRST].probability(4)
        for seed in range(3)
    ]
    assert chances[0] < chances[1] < chances[2]
    assert chances[2] > 0.8


def test_after_picks_the_pieces_left_are_counted_though_their_tags_are_not_known() -> None:
    face = counted_face(BOOKS, registered={FIRST: 10, SECOND: 9, FOURTH: 4})
    for serial in (1, 4, 7, 8):
        del face.lying[epc(FIRST, serial)]
    found = counts(face.counter.see_reads(STAND, face.passed()))
    assert found[FIRST].probability(6) > 0.98
    del face.lying[epc(FIRST, 0)]
    face.counter.settled(FIRST, face.now_ms)
    chances = [
        counts(face.counter.see_reads(STAND, face.passed(seed)))[FIRST].probability(5)
        for seed in range(2, 5)
    ]
    assert chances == sorted(chances)
    assert chances[-1] > 0.04, "it may have died as well, and the books were right just now"


def test_goods_that_came_without_their_tags_being_told_are_counted() -> None:
    face = counted_face({FIRST: 6, SECOND: 9, FOURTH: 4}, registered={SECOND: 9, FOURTH: 4})
    face.lying |= {epc(FIRST, 100 + serial): FIRST for serial in range(6)}
    found = counts(face.counter.see_reads(STAND, face.passed()))
    assert found[FIRST].probability(6) > 0.98
    face.counter.settled(FIRST, face.now_ms)
    del face.lying[epc(FIRST, 103)]
    for seed in range(3):
        found = counts(face.counter.see_reads(STAND, face.passed(seed)))
    assert found[FIRST].probability(5) > 0.04, "the tags are known now"


def test_a_piece_in_the_slot_beside_is_missing_and_fools_nobody() -> None:
    face = counted_face(BOOKS)
    face.lying[epc(FIRST, 2)] = SECOND
    for seed in range(3):
        found = counts(face.counter.see_reads(STAND, face.passed(seed)))
    assert found[FIRST].probability(5) > 0.95
    assert found[SECOND].probability(9) > 0.95, "it is of another SKU"


def test_the_same_evidence_twice_changes_nothing() -> None:
    face = counted_face(BOOKS)
    passed, picture = face.passed(), face.picture()
    first = face.counter.see_reads(STAND, passed)
    assert face.counter.see_reads(STAND, passed) == Seen()
    face.counter.see_picture(FACE.pod, "A", picture, CAMERA, 12_000)
    before = face.counter.count_of(FIRST)
    assert face.counter.see_picture(FACE.pod, "A", picture, CAMERA, 12_000) == Seen()
    assert face.counter.count_of(FIRST) == before
    assert first.counts


def test_late_evidence_is_kept_and_says_nothing() -> None:
    face = counted_face(BOOKS)
    face.counter.settled(FIRST, 50_000)
    late = face.counter.see_reads(STAND, face.passed(begin_ms=20_000))
    assert FIRST not in counts(late)
    assert SECOND in counts(late)
    assert len(late.evidence) == 1
    picture = face.counter.see_picture(FACE.pod, "A", face.picture(), CAMERA, 49_000)
    assert FIRST not in counts(picture)
    assert face.counter.count_of(FIRST) is None


def test_books_that_change_end_what_was_seen_before() -> None:
    face = counted_face(BOOKS)
    face.counter.see_reads(STAND, face.passed())
    face.counter.books_changed(booked(FIRST, 5), face.now_ms)
    assert face.counter.count_of(FIRST) is None
    assert face.counter.count_of(SECOND) is not None
    del face.lying[epc(FIRST, 0)]
    found = counts(face.counter.see_reads(STAND, face.passed(2)))
    assert found[FIRST].books == 5
    assert found[FIRST].probability(5) > 0.98


def test_a_reader_that_fails_proves_nothing_and_is_told() -> None:
    face = counted_face(BOOKS)
    passed = face.passed()
    dim = replace(passed, reads=tuple(r for r in passed.reads if r.epc[-1] == 0))
    failed = face.counter.see_reads(STAND, dim)
    assert failed.counts == ()
    assert [(a.kind, a.subject, a.active) for a in failed.alarms] == [
        (AlarmKind.READER_FAILED, "reader", True)
    ]
    assert len(failed.evidence) == 1
    assert face.counter.count_of(FIRST) is None
    works = face.counter.see_reads(STAND, face.passed(2))
    assert [alarm.active for alarm in works.alarms] == [False]
    assert counts(works)[FIRST].probability(6) > 0.98


def test_an_antenna_that_is_mute_is_told_and_left_out() -> None:
    face = counted_face(BOOKS)
    passed = face.passed()
    mute = replace(passed, reads=tuple(read for read in passed.reads if read.antenna != 3))
    seen = face.counter.see_reads(STAND, mute)
    assert "antenna 3 reads nothing" in seen.alarms[0].text
    assert counts(seen)[FIRST].probability(6) > 0.95


def test_clocks_that_disagree_are_refused_and_kept() -> None:
    face = counted_face(BOOKS)
    passed = face.passed()
    skewed = replace(
        passed, reads=tuple(replace(r, at_ms=r.at_ms + 3_600_000) for r in passed.reads)
    )
    seen = face.counter.see_reads(STAND, skewed)
    assert isinstance(seen.fault, InvalidTag)
    assert "clocks" in str(seen.fault)
    assert "ReaderClock" in str(seen.fault)
    assert seen.counts == ()
    assert len(json.loads(seen.evidence[0].body)["tags"]) == 19
    assert face.counter.count_of(FIRST) is None


def test_a_robot_that_shows_its_back_is_refused() -> None:
    face = counted_face(BOOKS)
    passed = face.passed()
    turned = tuple((at_ms, replace(pose, theta_rad=np.pi)) for at_ms, pose in passed.track)
    seen = face.counter.see_reads(STAND, replace(passed, track=turned))
    assert isinstance(seen.fault, InvalidTag)
    assert "no antenna looked at face A of P017" in str(seen.fault)


@pytest.mark.parametrize(
    ("image", "fault", "kept"),
    [
        (np.zeros((1280, 960), np.uint8), InvalidImage, 1),
        (np.full((1280, 960), 255, np.uint8), InvalidImage, 1),
        (np.full((100, 100), 90, np.uint8), InvalidImage, 1),
        (np.zeros((0, 0), np.uint8), InvalidImage, 0),
        (np.random.default_rng(1).integers(0, 255, (1280, 960), np.uint8), InvalidMark, 1),
    ],
)
def test_pictures_of_nothing_are_refused_and_kept(
    image: np.ndarray, fault: type[Exception], kept: int
) -> None:
    face = counted_face(BOOKS)
    seen = face.counter.see_picture(FACE.pod, "A", image, CAMERA, 1_000)
    assert isinstance(seen.fault, fault)
    assert seen.counts == ()
    assert len(seen.evidence) == kept


def test_evidence_is_named_by_its_bytes_and_can_be_read() -> None:
    face = counted_face(BOOKS)
    read = face.counter.see_reads(STAND, face.passed()).evidence[0]
    seen = face.counter.see_picture(FACE.pod, "A", face.picture(), CAMERA, 12_000).evidence[0]
    for one in (read, seen):
        assert one.sha256 == sha256(one.body).hexdigest()
    document = json.loads(read.body)
    tag = next(one for one in document["tags"] if one["epc"] == epc(FIRST, 0).hex())
    assert max(tag["slots"], key=tag["slots"].get) == FIRST
    assert len(tag["reads"]) == tag["count"] > 5
    assert seen.media_type == "image/jpeg"
    assert seen.body[:2] == b"\xff\xd8"


def test_untagged_goods_are_counted_by_pictures_alone() -> None:
    face = counted_face({FIRST: 4, SECOND: 0, THIRD: 0, FOURTH: 0}, registered={})
    face.lying = {epc(FIRST, serial): FIRST for serial in range(4)}
    seen = face.counter.see_picture(FACE.pod, "A", face.picture(), CAMERA, 12_000)
    found = counts(seen)
    assert found[FIRST].kinds == {EvidenceKind.CAMERA}
    assert found[FIRST].likeliest == 4


def test_slots_that_are_not_booked_are_refused() -> None:
    counter = counted_face(BOOKS).counter
    with pytest.raises(InvalidCount, match="not booked"):
        counter.count_of(SlotId("P999/A/1/1"))
    with pytest.raises(InvalidCount, match="not booked"):
        counter.settled(SlotId("P999/A/1/1"), 0)
    with pytest.raises(InvalidCount, match=r"quantity: .*does not hold so many.*19"):
        BookedSlot(FIRST, SKUS[FIRST], CAPACITY + 1, CAPACITY, CARTON)


def test_antennas_of_the_fixture_cover_the_face() -> None:
    """Or the tests above would say nothing of absence."""
    face: CountedFace = counted_face(BOOKS)
    assert len({read.antenna for read in face.passed().reads}) == len(MOUNTS)


def test_trust_in_books_fades_from_when_they_were_settled() -> None:
    params = CountingParams(settled=0.998, wrong_per_day=0.01, wrong_per_movement=0.1)
    fresh, moved = Trust(5), Trust(5, movements=2)
    assert fresh.accuracy(5, params) == pytest.approx(0.998)
    assert moved.accuracy(5, params) == pytest.approx(0.998 * 0.81)
    assert fresh.accuracy(5 + 86_400_000, params) == pytest.approx(0.998 * math.exp(-0.01))


def test_a_look_that_says_little_leaves_settled_books_as_they_are() -> None:
    face = counted_face(BOOKS, registered={FIRST: 10, SECOND: 9, FOURTH: 4})
    for serial in (1, 4, 7, 8):
        del face.lying[epc(FIRST, serial)]
    counts(face.counter.see_reads(STAND, face.passed()))
    face.counter.settled(FIRST, face.now_ms)
    again = counts(face.counter.see_reads(STAND, face.passed(3)))[FIRST]
    assert again.probability(6) > 0.995
