"""A station's connection to a real bridge over HTTP: what is shown and told of counts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fakes.memory_desk import RED, S01, S02, SLOT, STOCK, MemoryDesk
from fakes.wanted_counts import COUNTED_MS, SHOWN_MS, case_of, look, show_count

from planner.warehouse.ids import CountId
from planner.warehouse.stock import Balance
from podherd_world.desk import Answer, BridgeDesk, tell
from sim_worlds.counter import PEOPLE, DoneCount
from tests.wms_bridge.serving import ServerThread
from wms_bridge.api.app import create_app


@pytest.fixture
def memory() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def desk(memory: MemoryDesk) -> Iterator[BridgeDesk]:
    server = ServerThread(create_app(memory.bridge, lambda: COUNTED_MS))
    yield BridgeDesk(server.url)
    server.stop()


def test_counts_are_shown_at_their_station_until_they_are_told(
    memory: MemoryDesk, desk: BridgeDesk
) -> None:
    assert desk.open_counts(S01, 0, 0.0) == ((), 0)
    task = memory.show_count()
    shown, known = desk.open_counts(S01, 0, 0.0)
    assert shown == (task,)
    assert desk.open_counts(S01, known, 0.0) == ((), known)
    assert desk.open_counts(S02, 0, 0.0) == ((), 0)
    counted = DoneCount(task, STOCK, PEOPLE[0])
    assert [tell(desk, counted), tell(desk, counted)] == [Answer.TAKEN] * 2
    assert desk.open_counts(S01, 0, 0.0) == ((), 0)
    people = case_of(memory.bridge, SLOT).people
    assert [(one.by, one.quantity) for one in people] == [(PEOPLE[0], STOCK)]


def test_the_other_person_may_tell_it_again_after_a_lost_answer(
    memory: MemoryDesk, desk: BridgeDesk
) -> None:
    first = memory.show_count()
    memory.bridge.counts.confirm(first.count, STOCK - 5, PEOPLE[0], SHOWN_MS)
    counted = DoneCount(show_count(memory.bridge, SLOT, S01), STOCK, PEOPLE[0])
    assert [tell(desk, counted), tell(desk, counted)] == [Answer.TAKEN] * 2
    assert [one.by for one in case_of(memory.bridge, SLOT).people] == list(PEOPLE)


def test_counts_that_are_not_wanted_and_wrong_ones_are_told_apart(
    memory: MemoryDesk, desk: BridgeDesk
) -> None:
    task = memory.show_count()
    too_many = memory.bridge.shelves.capacity + 1
    assert tell(desk, DoneCount(task, too_many, PEOPLE[0])) is Answer.REFUSED
    unknown = replace(task, count=CountId("C000009.1"))
    assert tell(desk, DoneCount(unknown, STOCK, PEOPLE[0])) is Answer.REFUSED
    look(memory.bridge, Balance(SLOT, RED, STOCK), SHOWN_MS, {STOCK: 1.0})
    assert tell(desk, DoneCount(task, STOCK, PEOPLE[0])) is Answer.WITHDRAWN
