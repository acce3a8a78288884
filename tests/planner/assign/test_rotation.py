"""First expired or first in, first out, with a tolerance."""

from hypothesis import given
from hypothesis import strategies as st

from planner.assign.rotation import Ranked, too_young
from planner.warehouse.ids import SlotId

A, B, C = SlotId("A"), SlotId("B"), SlotId("C")


def test_younger_stock_waits_for_older() -> None:
    stock = {A: Ranked(10, 0, 1), B: Ranked(20, 0, 5), C: Ranked(10, 0, 2)}
    assert too_young(stock) == {B}


def test_what_is_hardly_younger_does_not_wait() -> None:
    stock = {A: Ranked(10, 7, 1), B: Ranked(17, 7, 5), C: Ranked(18, 7, 2)}
    assert too_young(stock) == {C}


def test_nothing_waits_for_stock_that_is_promised_already() -> None:
    assert too_young({A: Ranked(10, 0, 0), B: Ranked(20, 0, 5)}) == set()
    assert too_young({A: Ranked(10, 0, 0)}) == set()


ranked = st.builds(Ranked, st.integers(0, 9), st.just(3), st.integers(0, 3))


@given(st.dictionaries(st.sampled_from([SlotId(str(n)) for n in range(9)]), ranked))
def test_something_can_always_be_promised_if_there_is_anything(
    stock: dict[SlotId, Ranked],
) -> None:
    young = too_young(stock)
    free = {slot for slot, one in stock.items() if one.free}
    assert bool(free) == bool(free - young)
    for slot in free - young:
        assert stock[slot].rank_ms <= min(stock[one].rank_ms for one in free) + 3
