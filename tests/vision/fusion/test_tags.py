"""Where things are believed to be: by hand, and whatever is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import EpcUri, SlotId
from vision.fusion.tags import (
    Scan,
    TagParams,
    TagRecord,
    believe,
    is_sound,
    rates_of_site,
)

SLOTS = tuple(SlotId(f"S{number}") for number in range(10))
HOME, BESIDE, FAR = SLOTS[1], SLOTS[2], SLOTS[8]
THING = EpcUri("urn:epc:id:sgtin:4012345.012345.1")
PARAMS = TagParams(slots=len(SLOTS))
KNOWN = TagRecord(THING, HOME, reads_before=3)


def beside(slot: SlotId) -> tuple[SlotId, ...]:
    index = SLOTS.index(slot)
    return tuple(SLOTS[other] for other in (index - 1, index + 1) if 0 <= other < len(SLOTS))


def read(place: SlotId, sure: float = 0.95, covered: tuple[SlotId, ...] = SLOTS) -> Scan:
    around = {other: (1 - sure) / len(beside(place)) for other in beside(place)}
    return Scan(frozenset(covered), {THING: {**around, place: sure}})


def missed(covered: tuple[SlotId, ...] = SLOTS) -> Scan:
    return Scan(frozenset(covered), {})


def test_without_scans_the_record_stands() -> None:
    belief = believe(KNOWN, (), beside, PARAMS)
    assert belief.as_recorded == pytest.approx(1 - PARAMS.moved - PARAMS.lost)
    assert belief.gone == pytest.approx(PARAMS.lost)
    elsewhere = sum(chance for slot, chance in belief.places.items() if slot != HOME)
    assert belief.astray + elsewhere == pytest.approx(PARAMS.moved)


def test_an_unread_tag_may_be_dead_in_the_slot_beside() -> None:
    silent = TagRecord(THING, HOME, 0, 3)
    belief = believe(silent, [missed()] * 2, beside, PARAMS)
    assert belief.places[BESIDE] == pytest.approx(PARAMS.moved / 2 / len(beside(HOME)), rel=0.2)
    working = believe(KNOWN, [missed()] * 2, beside, PARAMS)
    assert working.places[BESIDE] < belief.places[BESIDE] / 2


def test_a_read_in_its_slot_settles_it() -> None:
    assert believe(KNOWN, [read(HOME)], beside, PARAMS).as_recorded > 0.999


def test_one_read_beside_its_slot_does_not_move_it_and_three_do() -> None:
    once = believe(KNOWN, [read(BESIDE)], beside, PARAMS)
    assert 0.5 < once.as_recorded < 0.99, "it may have leaked"
    thrice = believe(KNOWN, [read(BESIDE)] * 3, beside, PARAMS)
    assert thrice.places[BESIDE] > 0.99


def test_a_tag_missed_again_and_again_is_gone_if_it_has_worked_before() -> None:
    once = believe(KNOWN, [missed()], beside, PARAMS)
    assert 0.1 < once.as_recorded < 0.9
    thrice = believe(KNOWN, [missed()] * 3, beside, PARAMS)
    assert thrice.gone > 0.9
    assert thrice.as_recorded < 0.1, "unless it has died"


def test_a_tag_that_never_worked_tells_nothing_by_being_silent() -> None:
    never = TagRecord(THING, HOME, misses_before=4)
    assert believe(never, [missed()] * 3, beside, PARAMS).as_recorded > 0.97
    new = TagRecord(THING, HOME)
    belief = believe(new, [missed()] * 3, beside, PARAMS).as_recorded
    assert 0.3 < belief < 0.97, "nobody knows yet whether it works"


def test_what_was_not_scanned_tells_nothing() -> None:
    elsewhere = tuple(slot for slot in SLOTS if slot not in (HOME, BESIDE))
    belief = believe(KNOWN, [missed(elsewhere)] * 5, beside, PARAMS)
    assert belief.as_recorded == pytest.approx(1 - PARAMS.moved - PARAMS.lost, abs=0.02)


def test_a_thing_that_the_books_do_not_know_is_where_it_is_read() -> None:
    unknown = TagRecord(THING, None)
    assert believe(unknown, (), beside, PARAMS).as_recorded == pytest.approx(1 - PARAMS.moved)
    assert believe(unknown, [read(FAR, 0.99)] * 2, beside, PARAMS).places[FAR] > 0.99


def test_a_stray_is_nowhere_in_particular() -> None:
    """Found, but in no slot: behind the rack or on a robot."""
    stray = Scan(frozenset(SLOTS), {THING: {}})
    belief = believe(KNOWN, [stray], beside, PARAMS)
    assert belief.as_recorded > 0.9, "one such read does not move it"


@given(
    st.lists(
        st.one_of(
            st.just(missed()),
            st.builds(read, st.sampled_from(SLOTS), st.floats(0.4, 1.0)),
            st.builds(lambda n: missed(SLOTS[:n]), st.integers(0, 9)),
        ),
        max_size=6,
    ),
    st.sampled_from([None, HOME, FAR]),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_a_belief_is_a_distribution_whatever_is_read(
    scans: list[Scan], slot: SlotId | None, reads: int, misses: int
) -> None:
    belief = believe(TagRecord(THING, slot, reads, misses), scans, beside, PARAMS)
    shares = [*belief.places.values(), belief.astray, belief.gone]
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1.0)
    again = believe(TagRecord(THING, slot, reads, misses), reversed(scans), beside, PARAMS)
    assert again.places == pytest.approx(belief.places), "the order of scans is nothing"


def test_a_pass_in_which_the_reader_failed_is_no_evidence() -> None:
    others = [TagRecord(EpcUri(f"epc:{number}"), FAR, reads_before=1) for number in range(5)]
    assert is_sound(read(HOME), [KNOWN], PARAMS)
    assert not is_sound(missed(), [KNOWN, *others], PARAMS)
    assert is_sound(missed(SLOTS[:1]), [KNOWN, *others], PARAMS), "nothing was to be expected"
    never = [TagRecord(EpcUri("dead"), HOME, misses_before=3)]
    assert is_sound(missed(), never, PARAMS), "nothing was to be expected of it"


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidCount, match="add up"):
        Scan(frozenset(SLOTS), {THING: {HOME: 0.7, BESIDE: 0.7}})
    with pytest.raises(InvalidCount, match="0 or more"):
        Scan(frozenset(SLOTS), {THING: {HOME: -0.1}})
    with pytest.raises(ValueError, match="read_rate"):
        TagParams(read_rate=1.0)
    with pytest.raises(ValueError, match="record_accuracy"):
        rates_of_site(0.0, 8.0)


def test_worse_records_move_and_lose_more() -> None:
    good, bad = rates_of_site(0.97, 8.0), rates_of_site(0.55, 8.0)
    assert good[0] < bad[0] < 0.1
    assert good[0] == pytest.approx(0.03 * 1.5 / 8 / 2)
