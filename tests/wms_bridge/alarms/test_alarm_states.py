"""The state machine of an alarm, state by state, as its docstring draws it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.alarms.machine import Standing, standing_after
from wms_bridge.records.alarms import AlarmEvent, AlarmState

OF_COLUMN = {
    "raised": (AlarmEvent.RAISED,),
    "cleared": (AlarmEvent.CLEARED,),
    "acknowledged": (AlarmEvent.ACKNOWLEDGED,),
    "unshelved, time over": (AlarmEvent.UNSHELVED, AlarmEvent.SHELF_OVER),
}
BACK = OF_COLUMN["unshelved, time over"]
EVENTS = st.lists(st.sampled_from(AlarmEvent), max_size=30)


def drawn() -> list[tuple[AlarmState, AlarmEvent, AlarmState]]:
    """The table in the docstring: state, event, state after."""
    lines = [line.strip() for line in (standing_after.__doc__ or "").splitlines()]
    first, second, third = (n for n, line in enumerate(lines) if line.startswith("===="))
    starts = [ruled.start() for ruled in re.finditer("=+", lines[first])]
    cells = [
        [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        for line in (lines[first + 1], *lines[second + 1 : third])
    ]
    (_, *heads), *rows = cells
    return [
        (AlarmState(row[0]), event, AlarmState(after))
        for row in rows
        for head, after in zip(heads, row[1:], strict=True)
        for event in OF_COLUMN[head]
    ]


def test_the_table_names_every_state_and_event_but_shelving() -> None:
    pairs = {(before, event) for before, event, _ in drawn()}
    others = set(AlarmEvent) - {AlarmEvent.SHELVED}
    assert pairs == {(state, event) for state in AlarmState for event in others}


@pytest.mark.parametrize(("before", "event", "after"), drawn())
def test_a_state_follows_on_a_state_as_drawn(
    before: AlarmState, event: AlarmEvent, after: AlarmState
) -> None:
    shelved = event in BACK
    assert standing_after(Standing(before, shelved), event) == Standing(after, False)
    if not shelved:
        assert standing_after(Standing(before, True), event) == Standing(after, True)


@pytest.mark.parametrize("state", AlarmState)
def test_shelving_leaves_the_state_and_unshelving_what_is_not_shelved_does_nothing(
    state: AlarmState,
) -> None:
    assert standing_after(Standing(state), AlarmEvent.SHELVED) == Standing(state, True)
    assert standing_after(Standing(state, True), AlarmEvent.SHELVED) == Standing(state, True)
    for event in BACK:
        assert standing_after(Standing(state), event) == Standing(state)


@pytest.mark.parametrize("state", AlarmState)
def test_a_momentary_alarm_is_over_when_it_is_acknowledged(state: AlarmState) -> None:
    after = standing_after(Standing(state), AlarmEvent.ACKNOWLEDGED, momentary=True)
    assert after.state is AlarmState.NORMAL


@given(EVENTS, EVENTS)
def test_only_an_acknowledgement_since_the_last_raising_makes_an_alarm_normal(
    before: list[AlarmEvent], since: list[AlarmEvent]
) -> None:
    standing = Standing()
    for event in (*before, AlarmEvent.RAISED):
        standing = standing_after(standing, event)
    acknowledged = standing.state is AlarmState.ACKNOWLEDGED
    for event in since:
        standing = standing_after(standing, event)
        acknowledged |= event is AlarmEvent.ACKNOWLEDGED
        assert acknowledged or standing.state.wanting


@given(EVENTS)
def test_acknowledging_twice_is_acknowledging_once(events: list[AlarmEvent]) -> None:
    standing = Standing()
    for event in events:
        standing = standing_after(standing, event)
    once = standing_after(standing, AlarmEvent.ACKNOWLEDGED)
    assert standing_after(once, AlarmEvent.ACKNOWLEDGED) == once
    assert once.shelved == standing.shelved
