"""In whose name the bridge is told of a person's count."""

from collections.abc import Callable

import pytest
from fakes.wanted_counts import COUNTED_MS, SHOWN_MS, case_of, look, show_count, want_count

from planner.warehouse.counts import CountTask
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidCount,
    PodherdError,
    TooLate,
    Unavailable,
)
from planner.warehouse.ids import CountId, PodId, Sku, SlotId, StationId, VisitId
from sim_worlds.counter import PEOPLE, DoneCount
from sim_worlds.discrete import WorldNews
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from sim_worlds.telling import tell_count

FIRST, SECOND = PEOPLE
TASK = CountTask(
    CountId("C1.1"), VisitId("V1"), StationId("S01"), PodId("P1"), SlotId("P1/A/1/1"), Sku("A")
)
TOO_MANY = InvalidCount("a slot holds at most 9 pieces", field="quantity", value=10)


def counted_before(by: str) -> InvalidCount:
    return InvalidCount("this person has counted the slot before", field="by", value=by)


class Ear:
    """Answers people with an error each; who is not named is heard."""

    def __init__(self, errors: dict[str, PodherdError]):
        self.errors = errors
        self.asked: list[tuple[str, int, str]] = []

    def __call__(self, count: CountId, quantity: int, by: str) -> None:
        self.asked.append((count, quantity, by))
        if by in self.errors:
            raise self.errors[by]

    @property
    def people(self) -> list[str]:
        return [by for _, _, by in self.asked]


@pytest.mark.parametrize("by", PEOPLE)
def test_who_has_counted_tells(by: str) -> None:
    ear = Ear({})
    tell_count(DoneCount(TASK, 3, by), ear)
    assert ear.asked == [("C1.1", 3, by)]


@pytest.mark.parametrize(("by", "other"), [(FIRST, SECOND), (SECOND, FIRST)])
@pytest.mark.parametrize("refusal", [counted_before, lambda by: IdempotencyConflict("told")])
def test_the_other_person_tells_the_same_number(
    by: str, other: str, refusal: Callable[[str], PodherdError]
) -> None:
    ear = Ear({by: refusal(by)})
    tell_count(DoneCount(TASK, 3, by), ear)
    assert ear.asked == [("C1.1", 3, by), ("C1.1", 3, other)]


def test_somebody_else_can_be_stood_in_for_by_both() -> None:
    ear = Ear({"anna": counted_before("anna"), FIRST: counted_before(FIRST)})
    tell_count(DoneCount(TASK, 3, "anna"), ear)
    assert ear.people == ["anna", FIRST, SECOND]


@pytest.mark.parametrize("error", [TooLate("not wanted"), TOO_MANY, Unavailable("down")])
def test_nobody_else_is_asked_after_any_other_answer(error: PodherdError) -> None:
    ear = Ear({FIRST: error})
    with pytest.raises(type(error)):
        tell_count(DoneCount(TASK, 3, FIRST), ear)
    assert ear.people == [FIRST]


def test_it_is_an_error_if_both_have_counted_before() -> None:
    ear = Ear({by: counted_before(by) for by in PEOPLE})
    with pytest.raises(InvalidCount, match="before"):
        tell_count(DoneCount(TASK, 3, FIRST), ear)
    assert ear.people == [FIRST, SECOND]


@pytest.fixture
def run() -> ShiftRun:
    return ShiftRun(generated_shift(load_site("tiny"), 1, seed=1))


def tick(run: ShiftRun, done: DoneCount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody in the world of ``run`` has counted."""
    news = WorldNews((), (), (), (done,), (), ())
    monkeypatch.setattr(run.world, "advance", lambda until_ms: news)
    run.now_ms = COUNTED_MS
    run.tick()


def second_count(run: ShiftRun) -> tuple[CountTask, int]:
    """One that follows a wrong count by ``FIRST``, and what the books say."""
    books = run.bridge.stock()[0]
    want_count(run.bridge, books)
    station = run.dispatcher.floor.site.stations[0].id
    task = show_count(run.bridge, books.slot, station)
    run.bridge.counts.confirm(task.count, books.quantity + 3, FIRST, COUNTED_MS - 1)
    return show_count(run.bridge, books.slot, station), books.quantity


def test_a_shift_has_the_second_count_told_by_the_other_person(
    run: ShiftRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, pieces = second_count(run)
    tick(run, DoneCount(task, pieces, FIRST), monkeypatch)
    assert [one.by for one in case_of(run.bridge, task.slot).people] == [FIRST, SECOND]
    assert run.outcome().refused_counts == ()


def test_a_shift_names_counts_by_people_that_the_bridge_refuses(
    run: ShiftRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, _ = second_count(run)
    too_many = run.bridge.shelves.capacity + 1
    tick(run, DoneCount(task, too_many, SECOND), monkeypatch)
    (refused,) = run.outcome().refused_counts
    assert "at most" in refused
    assert len(case_of(run.bridge, task.slot).people) == 1


def test_a_shift_goes_on_if_nobody_needs_a_count_any_more(
    run: ShiftRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = run.bridge.stock()[0]
    want_count(run.bridge, books)
    task = show_count(run.bridge, books.slot, run.dispatcher.floor.site.stations[0].id)
    look(run.bridge, books, SHOWN_MS, {books.quantity: 1.0})
    tick(run, DoneCount(task, books.quantity, FIRST), monkeypatch)
    assert case_of(run.bridge, task.slot).people == ()
    assert run.outcome().refused_counts == ()
