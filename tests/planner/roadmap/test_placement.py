from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from planner.roadmap.placement import scattered, stored_pods
from planner.warehouse.ids import NodeId


@given(st.integers(0, 400), st.integers(0, 400))
def test_scattered_places_are_different_and_in_order(one: int, other: int) -> None:
    count, places = sorted((one, other))
    chosen = scattered(count, places)
    assert len(chosen) == count
    assert list(chosen) == sorted(set(chosen))
    assert all(0 <= place < places for place in chosen)


@given(st.integers(1, 200), st.integers(100, 2000))
def test_no_gap_is_longer_than_thrice_the_average(count: int, places: int) -> None:
    count = min(count, places)
    chosen = (-1, *scattered(count, places), places)
    longest = max(after - before for before, after in pairwise(chosen))
    assert longest <= 3 * places / count + 1


def test_pod_names_have_the_digits_the_last_one_needs() -> None:
    spots = tuple(NodeId(f"c{i:04d}r001") for i in range(1100))
    assert list(stored_pods(2, spots)) == ["P001", "P002"]
    names = list(stored_pods(1000, spots))
    assert (names[0], names[-1]) == ("P0001", "P1000")
