"""Operations, against all strings of actions walked one by one."""

from collections import defaultdict
from itertools import product

import pytest

from planner.mapf.operations import FORWARD, TURN_DOWN, TURN_UP, WAIT, Profile, operations

String = tuple[int, ...]
PROFILES = [Profile(), Profile(1, 2), Profile(2, 1), Profile(2, 2), Profile(3, 1)]


def walked(string: String) -> tuple[complex, ...]:
    """Where the agent is after each action, and which way it faces at the end."""
    at, facing = 0j, 1 + 0j
    places = []
    for action in string:
        at += facing if action == FORWARD else 0
        facing *= {TURN_UP: 1j, TURN_DOWN: -1j}.get(action, 1)
        places.append(at)
    return (*places, facing)


def possible(string: String, profile: Profile) -> bool:
    """Whether there is time for every action since the one before it."""
    free_from = 0
    for step, action in enumerate(string):
        if action == WAIT:
            continue
        takes = profile.move_steps if action == FORWARD else profile.turn_steps
        if step + 1 - free_from < takes:
            return False
        free_from = step + 1
    return True


def alike(depth: int, profile: Profile) -> dict[tuple[complex, ...], list[String]]:
    """All possible strings, those that look the same from outside together."""
    groups = defaultdict(list)
    for string in product((FORWARD, TURN_UP, TURN_DOWN, WAIT), repeat=depth):
        if possible(string, profile):
            groups[walked(string)].append(string)
    return groups


def acts_at(string: String) -> list[int]:
    return [step for step, action in enumerate(string) if action != WAIT]


@pytest.mark.parametrize(("depth", "count"), [(1, 4), (4, 88), (5, 249)])
def test_how_many_there_are(depth: int, count: int) -> None:
    assert len(operations(depth).actions) == count


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("depth", [2, 3, 5])
def test_each_way_of_moving_is_one_operation(depth: int, profile: Profile) -> None:
    groups = alike(depth, profile)
    found = [tuple(string) for string in operations(depth, (profile,)).actions.tolist()]
    assert len(found) == len(set(found)) == len(groups)
    assert {walked(string) for string in found} == groups.keys()
    assert all(possible(string, profile) for string in found)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_laziest_and_then_earliest_string_stands_for_its_like(profile: Profile) -> None:
    groups = alike(5, profile)
    for string in operations(5, (profile,)).actions.tolist():
        like = [(len(acts_at(other)), acts_at(other)) for other in groups[walked(string)]]
        assert (len(acts_at(string)), acts_at(string)) == min(like)


def test_neighbours_share_their_beginnings() -> None:
    found = operations(4, (Profile(), Profile(2, 1)))
    strings = found.actions.tolist()
    for i in range(1, len(strings)):
        if i in found.first.tolist():
            assert found.shared[i] == 0
            continue
        alike = [a == b for a, b in zip(strings[i - 1], strings[i], strict=True)]
        assert found.shared[i] == alike.index(False)
    assert found.shared[0] == 0
    # Sorted, no string could share more with any before it.
    assert strings[: found.first[1]] == sorted(strings[: found.first[1]])


def test_each_profile_owns_its_part() -> None:
    profiles = (Profile(), Profile(2, 2), Profile(1, 2))
    together = operations(4, profiles)
    for place, profile in enumerate(profiles):
        alone = operations(4, (profile,))
        begin, end = together.first[place : place + 2].tolist()
        assert together.actions[begin:end].tolist() == alone.actions.tolist()
        assert together.shared[begin:end].tolist() == alone.shared.tolist()
        assert (together.successor[begin:end] - begin).tolist() == alone.successor.tolist()
        assert together.actions[together.stay[place]].tolist() == [WAIT] * 4
        assert begin <= together.stay[place] < end
    assert together.first[-1] == len(together.actions)


@pytest.mark.parametrize("depth", [1, 3, 5])
def test_the_successor_is_what_is_left_and_a_wait(depth: int) -> None:
    found = operations(depth)
    strings = [tuple(string) for string in found.actions.tolist()]
    for string, after in zip(strings, found.successor.tolist(), strict=True):
        assert walked(strings[after]) == walked((*string[1:], WAIT))


def test_what_is_half_done_is_followed_by_staying() -> None:
    found = operations(4, (Profile(), Profile(2, 1)))
    assert set(found.successor[found.first[1] :].tolist()) == {int(found.stay[1])}


def test_made_once() -> None:
    assert operations(5) is operations(5)
    assert operations(5).depth == 5
