"""What-if questions: taken once, answered one at a time, cancelled, lost with a restart; and
answered for real by the command."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from planner.codec.sitefile import dump_site
from planner.warehouse.errors import IdempotencyConflict, InvalidStudy, TooLate, Unavailable
from planner.warehouse.site import Site
from sim_worlds.eventlog import EventLogWriter, Header
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.whatif.engine import ProcessEngine
from wms_bridge.adapters.whatif.tables import estimate
from wms_bridge.ports.whatif import WhatIfFailed, WhatIfStopped
from wms_bridge.records.whatif import (
    Alternative,
    Estimate,
    WhatIfChange,
    WhatIfKind,
    WhatIfQuestion,
    WhatIfResult,
    WhatIfState,
)
from wms_bridge.service import Bridge
from wms_bridge.tower.errors import WhatIfBusy

AS_IS = Alternative("as it is")
LIVE = WhatIfQuestion(
    WhatIfKind.LIVE,
    (AS_IS, Alternative("S1 closed", (WhatIfChange("closed", "S1"),))),
    seeds=1,
    hours=0.05,
)
RESULTS = (WhatIfResult("as it is", 1, 0, {"done": Estimate(0.5)}),)


class Engine:
    """Answers when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[WhatIfQuestion] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.fails = ""

    def check(self, question: WhatIfQuestion) -> None:
        """Anything goes."""

    def answer(
        self,
        question: WhatIfQuestion,
        tell: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> tuple[WhatIfResult, ...]:
        self.asked.append(question)
        tell(1, 2)
        while not self.go_on.wait(0.01):
            if stopped():
                raise WhatIfStopped
        if self.fails:
            raise WhatIfFailed(self.fails)
        return RESULTS


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def asked(site: Site, engine: Engine) -> Bridge:
    """A bridge that can answer."""
    return Bridge(site, MemoryStore(), whatif=engine)


def never() -> bool:
    return False


def test_a_question_is_answered(asked: Bridge) -> None:
    run = asked.whatifs.ask(LIVE, "ann", "lunch", None, 1)
    assert (run.number, run.state) == (1, WhatIfState.WAITING)
    asked.whatifs.answer_next(lambda: 5, never)
    told = asked.whatifs.run(1)
    assert (told.state, told.results, told.begun_ms, told.ended_ms) == (
        WhatIfState.DONE,
        RESULTS,
        5,
        5,
    )
    assert (told.done, told.total) == (1, 2)
    assert asked.whatifs.answer_next(lambda: 6, never) is None


def test_the_same_key_asks_once(asked: Bridge) -> None:
    first = asked.whatifs.ask(LIVE, "ann", "", "k", 1)
    assert asked.whatifs.ask(LIVE, "ann", "", "k", 2) == first
    with pytest.raises(IdempotencyConflict):
        asked.whatifs.ask(replace(LIVE, seeds=2), "ann", "", "k", 2)
    assert len(asked.whatifs.runs()) == 1


def test_few_wait(asked: Bridge) -> None:
    for _ in range(4):
        asked.whatifs.ask(LIVE, "ann", "", None, 1)
    with pytest.raises(WhatIfBusy):
        asked.whatifs.ask(LIVE, "ann", "", None, 1)
    asked.whatifs.cancel(2, 2)
    asked.whatifs.ask(LIVE, "ann", "", None, 3)


def test_one_under_way_is_cancelled(asked: Bridge, engine: Engine) -> None:
    engine.go_on.clear()
    asked.whatifs.ask(LIVE, "ann", "", None, 1)
    working = threading.Thread(target=asked.whatifs.answer_next, args=(lambda: 5, never))
    working.start()
    while not engine.asked:
        pass
    asked.whatifs.cancel(1, 6)
    working.join(10)
    assert not working.is_alive()
    assert asked.whatifs.run(1).state is WhatIfState.CANCELLED
    with pytest.raises(TooLate):
        asked.whatifs.cancel(1, 7)


def test_what_a_restart_cut_off_is_told(asked: Bridge, engine: Engine) -> None:
    asked.whatifs.ask(LIVE, "ann", "", None, 1)
    engine.go_on.clear()
    asked.whatifs.answer_next(lambda: 2, lambda: True)
    assert asked.whatifs.run(1).state is WhatIfState.RUNNING
    anew = Bridge(asked.site, asked.store.inner, whatif=engine)
    assert anew.whatifs.begin(9) == 1
    told = anew.whatifs.run(1)
    assert (told.state, told.ended_ms) == (WhatIfState.UNKNOWN, 9)
    assert "started anew" in told.error


def test_one_that_fails_says_why(asked: Bridge, engine: Engine) -> None:
    engine.fails = "no such station"
    asked.whatifs.ask(LIVE, "ann", "", None, 1)
    asked.whatifs.answer_next(lambda: 2, never)
    told = asked.whatifs.run(1)
    assert (told.state, told.error) == (WhatIfState.FAILED, "no such station")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(LIVE, alternatives=()), "alternatives"),
        (replace(LIVE, seeds=11), "seeds"),
        (replace(LIVE, hours=0.0), "hours"),
        (replace(LIVE, promise_h=float("inf")), "promise_h"),
        (replace(LIVE, orders=5), "orders"),
        (replace(LIVE, kind=WhatIfKind.SITE), "orders"),
        (replace(LIVE, alternatives=(AS_IS, AS_IS)), "alternatives[1].name"),
        (replace(LIVE, alternatives=(replace(AS_IS, site="{}"),)), "alternatives[0].site"),
        (
            replace(LIVE, alternatives=(replace(AS_IS, changes=(WhatIfChange("", 1),)),)),
            "alternatives[0].changes[0].key",
        ),
    ],
)
def test_nonsense_is_refused(asked: Bridge, wrong: WhatIfQuestion, field: str) -> None:
    with pytest.raises(InvalidStudy) as error:
        asked.whatifs.ask(wrong, "ann", "", None, 1)
    assert error.value.field == field
    assert asked.whatifs.runs() == ()


def test_without_an_engine_nothing_is_taken(stocked: Bridge) -> None:
    assert not stocked.whatifs.answers
    with pytest.raises(Unavailable):
        stocked.whatifs.ask(LIVE, "ann", "", None, 1)


# --- the command ---


@pytest.fixture(scope="module")
def tiny() -> Site:
    return load_site("tiny")


@pytest.fixture(scope="module")
def site_file(tiny: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "site.json"
    path.write_bytes(dump_site(tiny))
    return path


@pytest.fixture(scope="module")
def log(tiny: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first minutes of a shift, still being written: its last line is torn."""
    path = tmp_path_factory.mktemp("run") / "events.jsonl"
    shift = generated_shift(tiny, 3, seed=1)
    with EventLogWriter(path, Header.of(shift.site, shift.dispatch)) as writer:
        run = ShiftRun(shift, writer)
        for _ in range(400):
            run.tick()
    with path.open("ab") as file:
        file.write(b'{"t": 999, "ev')
    return path


def test_the_running_floor_is_asked(site_file: Path, log: Path) -> None:
    question = replace(
        LIVE, alternatives=(AS_IS, Alternative("slow", (WhatIfChange("pick_s", 60.0),))), hours=0.05
    )
    told: list[tuple[int, int]] = []
    engine = ProcessEngine(site_file, log)
    engine.check(question)
    before = log.read_bytes()
    fast, slow = engine.answer(question, lambda *one: told.append(one), never)
    assert (fast.name, fast.futures, fast.failed, slow.name) == ("as it is", 1, 0, "slow")
    assert fast.figures["lines_per_h"].mean > slow.figures["lines_per_h"].mean > 0
    assert "pick_s" not in slow.figures
    assert told[-1] == (2, 2)
    assert log.read_bytes() == before


def test_what_the_command_refuses_is_told(site_file: Path, log: Path) -> None:
    nowhere = Alternative("nowhere", (WhatIfChange("closed", "S99"),))
    with pytest.raises(WhatIfFailed, match="no such station"):
        ProcessEngine(site_file, log).answer(
            replace(LIVE, alternatives=(nowhere,)), lambda *_: None, never
        )


def test_it_is_ended_when_nobody_wants_it(site_file: Path, log: Path) -> None:
    with pytest.raises(WhatIfStopped):
        ProcessEngine(site_file, log).answer(LIVE, lambda *_: None, lambda: True)
    with pytest.raises(WhatIfFailed, match="too long"):
        ProcessEngine(site_file, log, longest_s=0.0).answer(LIVE, lambda *_: None, never)


def test_a_drawn_site_is_compared_with_the_running_one(tiny: Site, site_file: Path) -> None:
    fewer = replace(tiny, robots=tiny.robots[:1])
    drawn = Alternative("one robot", site=dump_site(fewer).decode())
    question = WhatIfQuestion(WhatIfKind.SITE, (AS_IS, drawn), 1, 0.1, orders=2)
    results = ProcessEngine(site_file, None).answer(question, lambda *_: None, never)
    assert [one.name for one in results] == ["as it is", "one robot"]
    assert all(one.figures["orders"].mean == 2 for one in results)


def test_without_a_log_there_is_no_now(site_file: Path, tmp_path: Path) -> None:
    for where in (None, tmp_path / "nothing.jsonl"):
        with pytest.raises(Unavailable, match="no event log"):
            ProcessEngine(site_file, where).check(LIVE)


@pytest.mark.parametrize("value", ["S1,S2", "1..5", "", "a\nb", "$(x)"])
def test_one_value_is_one_value(site_file: Path, log: Path, value: str) -> None:
    sly = Alternative("sly", (WhatIfChange("closed", value),))
    with pytest.raises(InvalidStudy, match="not one value"):
        ProcessEngine(site_file, log).check(replace(LIVE, alternatives=(sly,)))


def test_confidence_is_students() -> None:
    assert estimate([4.0]) == Estimate(4.0)
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.half_width == pytest.approx(4.303 / 3**0.5)
