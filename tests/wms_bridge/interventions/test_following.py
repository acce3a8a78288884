"""What the fleet answers is kept; what comes twice or late does no harm; what is over is undone."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import InterventionId
from planner.warehouse.interventions import InterventionOutcome
from planner.warehouse.site import Site
from tests.wms_bridge.interventions.conftest import NOW_MS, SQUARE, Answer, Ask, wanted
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.interventions.asking import Asked
from wms_bridge.interventions.following import MAX_TEXT
from wms_bridge.records.interventions import InterventionQuery, InterventionState
from wms_bridge.service import Bridge


def test_answers_are_kept_until_the_last_one(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    record = ask("stop", "s")
    assert answer(record, "under_way", "2 robots roll", NOW_MS + 100) is None
    assert answer(record, "done", "all stand", NOW_MS + 900) is None
    after = bridge.interventions.one(1)
    assert (after.state, after.text) == (InterventionState.DONE, "all stand")
    assert (after.changed_ms, after.change) == (NOW_MS + 900, 3)
    for outcome in ("under_way", "refused", "done"):
        assert answer(record, outcome, "late") is None
    assert bridge.interventions.one(1) == after


def test_the_same_again_is_no_change(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    record = ask("stop", "s")
    answer(record, "under_way", "2 robots roll")
    once = bridge.interventions.one(1)
    answer(record, "under_way", "2 robots roll", NOW_MS + 9_000)
    assert bridge.interventions.one(1) == once


def test_an_answer_to_nothing_is_refused(bridge: Bridge) -> None:
    unknown = AnswerIntervention(InterventionId("x"), InterventionOutcome.DONE)
    (wrong,) = bridge.apply([unknown], NOW_MS)
    assert isinstance(wrong, NotFound)


def test_a_long_text_is_cut(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    answer(ask("stop", "s"), "refused", "x" * 5000)
    assert len(bridge.interventions.one(1).text) == MAX_TEXT


UNDONE: list[tuple[Mapping[str, object], Mapping[str, object]]] = [
    ({"kind": "stop", "name": "s"}, {"kind": "lift_stop", "name": "s"}),
    ({"kind": "stop", "name": "s"}, {"kind": "stop", "name": "s", "robots": "R1"}),
    (
        {"kind": "request_entry", "name": "s", "area_m": SQUARE},
        {"kind": "leave", "name": "s"},
    ),
    ({"kind": "enter", "name": "s"}, {"kind": "leave", "name": "s"}),
    ({"kind": "send", "robots": "R1", "node": "c001r001"}, {"kind": "free", "robots": "R1 R2"}),
    (
        {"kind": "send", "robots": "R1", "node": "c001r001"},
        {"kind": "send", "robots": "R1", "node": "c002r001"},
    ),
    ({"kind": "take_out", "robots": "R1"}, {"kind": "take_in", "robots": "R1"}),
]
KEPT: list[tuple[Mapping[str, object], Mapping[str, object]]] = [
    ({"kind": "stop", "name": "s"}, {"kind": "lift_stop", "name": "t"}),
    ({"kind": "stop", "name": "s"}, {"kind": "leave", "name": "s"}),
    (
        {"kind": "request_entry", "name": "s", "area_m": SQUARE},
        {"kind": "lift_stop", "name": "s"},
    ),
    ({"kind": "take_out", "robots": "R1"}, {"kind": "free", "robots": "R1"}),
    ({"kind": "stop", "name": "s", "robots": "R1"}, {"kind": "free", "robots": "R1"}),
    ({"kind": "stop", "name": "s"}, {"kind": "stop", "name": "t", "robots": "R1"}),
]


@pytest.mark.parametrize(("first", "then"), UNDONE)
def test_what_is_undone_is_over_once_that_is_done(
    bridge: Bridge, ask: Ask, answer: Answer, first: dict[str, object], then: dict[str, object]
) -> None:
    answer(ask(**first), "done")
    end = ask(**then)
    assert bridge.interventions.one(1).in_force, "the fleet has not done it yet"
    answer(end, "done")
    over = bridge.interventions.one(1)
    assert not over.in_force
    assert over.undone_by == 2
    assert over.change == bridge.interventions.page(InterventionQuery()).change


@pytest.mark.parametrize(("first", "then"), UNDONE)
def test_what_could_not_be_undone_stays(
    bridge: Bridge, ask: Ask, answer: Answer, first: dict[str, object], then: dict[str, object]
) -> None:
    answer(ask(**first), "done")
    answer(ask(**then), "refused", "not now")
    assert bridge.interventions.one(1).in_force


@pytest.mark.parametrize(("first", "then"), KEPT)
def test_other_things_stay(
    bridge: Bridge, ask: Ask, answer: Answer, first: dict[str, object], then: dict[str, object]
) -> None:
    answer(ask(**first), "done")
    answer(ask(**then), "done")
    assert bridge.interventions.one(1).in_force


def test_robots_are_taken_in_one_by_one(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    answer(ask("take_out", robots="R1 R2"), "done")
    answer(ask("take_in", robots="R2"), "done")
    half = bridge.interventions.one(1)
    assert (half.let_go, half.undone_by, half.in_force) == (("R2",), None, True)
    answer(ask("take_in", robots="R1"), "done")
    assert (bridge.interventions.one(1).let_go, bridge.interventions.one(1).undone_by) == (
        ("R1", "R2"),
        3,
    )


def test_news_are_the_latest_word_on_each(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    first, second = ask("stop", "s"), ask("stop", "t")
    answer(first, "done")
    news = bridge.interventions.changed_since(0, 10)
    assert [(one.number, one.change) for one in news] == [(second.number, 2), (first.number, 3)]
    assert bridge.interventions.changed_since(2, 10) == news[1:]
    assert bridge.interventions.changed_since(3, 10) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from(list(InterventionOutcome)), st.sampled_from("ab")
        ),
        max_size=12,
    )
)
def test_answers_in_any_order_and_number_leave_one_story(
    manned: Site, told: list[tuple[int, InterventionOutcome, str]]
) -> None:
    """The first final word stands; changes are numbered without one twice; replaying all answers
    changes nothing more."""
    bridge = Bridge(manned, MemoryStore())
    names = [("stop", "s"), ("lift_stop", "s"), ("stop", "s"), ("lift_stop", "s")]
    for index, (kind, name) in enumerate(names):
        asked = Asked(wanted(kind, name, key=f"k{index}"), "anna", "why", decides=True)
        bridge.interventions.ask(asked, NOW_MS)
    commands = [AnswerIntervention(InterventionId(f"k{i}"), out, text) for i, out, text in told]
    bridge.apply(commands, NOW_MS)
    page = bridge.interventions.page(InterventionQuery())
    for record in page.interventions:
        own = [one.outcome for one in commands if one.intervention == f"k{record.number - 1}"]
        final = next((one for one in own if one.final), None)
        expected = final or (own[-1] if own else None)
        assert record.state == (expected.value if expected else "asked")
    changes = [record.change for record in page.interventions]
    assert len(set(changes)) == len(changes)
    assert max(changes) == page.change
    finals = [one for one in commands if one.outcome.final]
    bridge.apply(finals, NOW_MS + 5)
    assert bridge.interventions.page(InterventionQuery()) == page
