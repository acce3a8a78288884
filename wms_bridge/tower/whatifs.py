"""What-if questions: taken, answered one at a time, and kept with their answers."""

import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from planner.codec.messages import encode
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidStudy,
    NotFound,
    TooLate,
    Unavailable,
)
from wms_bridge.names import MAX_KEY_LENGTH, check_name
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.ports.whatif import WhatIfEngine, WhatIfFailed, WhatIfStopped
from wms_bridge.records.whatif import (
    Alternative,
    WhatIfKind,
    WhatIfQuestion,
    WhatIfRun,
    WhatIfState,
)
from wms_bridge.records.work import Remembered
from wms_bridge.tower.errors import WhatIfBusy

MAX_REASON = 500
MOST_ALTERNATIVES = 6
MOST_CHANGES = 8
MOST_SEEDS = 10
MOST_HOURS = 24.0
MOST_ORDERS = 5000
MOST_SITE = 2_000_000
"""Characters of a site document."""
MOST_WAITING = 4
RESTARTED = "the bridge was started anew while it was worked on"


def check_question(question: WhatIfQuestion) -> None:
    """:class:`InvalidStudy` names what is wrong with a question by itself."""
    count = len(question.alternatives)
    _check_range("alternatives", count, 1, MOST_ALTERNATIVES)
    _check_range("seeds", question.seeds, 1, MOST_SEEDS)
    for name, hours in (("hours", question.hours), ("promise_h", question.promise_h)):
        if not 0 < hours <= MOST_HOURS:
            raise InvalidStudy(
                "out of range", field=name, value=hours, remedy=f"Send up to {MOST_HOURS:g} hours."
            )
    if question.kind is WhatIfKind.SITE:
        _check_range("orders", question.orders, 1, MOST_ORDERS)
    elif question.orders:
        raise InvalidStudy(
            "orders are those of the running shift", field="orders", remedy="Leave it out."
        )
    names: set[str] = set()
    for place, one in enumerate(question.alternatives):
        _check_alternative(one, f"alternatives[{place}]", question.kind)
        if one.name in names:
            raise InvalidStudy("named twice", field=f"alternatives[{place}].name", value=one.name)
        names.add(one.name)


def _check_alternative(one: Alternative, where: str, kind: WhatIfKind) -> None:
    check_name(one.name, f"{where}.name", InvalidStudy)
    _check_range(f"{where}.changes", len(one.changes), 0, MOST_CHANGES)
    if len({change.key for change in one.changes}) < len(one.changes):
        raise InvalidStudy("something is changed twice", field=f"{where}.changes")
    for number, change in enumerate(one.changes):
        check_name(change.key, f"{where}.changes[{number}].key", InvalidStudy)
    if one.site is not None and kind is WhatIfKind.LIVE:
        raise InvalidStudy(
            "the running floor has its site", field=f"{where}.site", remedy="Leave it out."
        )
    if one.site is not None and len(one.site) > MOST_SITE:
        raise InvalidStudy("too long", field=f"{where}.site", value=len(one.site))


def _check_range(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidStudy(
            "out of range", field=field, value=value, remedy=f"Send {least} to {most}."
        )


class WhatIfDesk:
    """Kept in ``store``; what people ask in ``audited``. ``engine`` answers; without one nobody
    does. ``changed`` is called after every change. Safe to call from several threads; times are
    milliseconds of the bridge's clock."""

    def __init__(
        self, store: Store, audited: Store, engine: WhatIfEngine | None, changed: Callable[[], None]
    ):
        self._store = store
        self._audited = audited
        self._engine = engine
        self._changed = changed
        self._unwanted: set[int] = set()
        self._lock = threading.Lock()

    @property
    def answers(self) -> bool:
        """Whether there is an engine."""
        return self._engine is not None

    def ask(
        self, question: WhatIfQuestion, by: str, reason: str, key: str | None, now_ms: int
    ) -> WhatIfRun:
        """Take a question, once under its ``key``. :class:`InvalidStudy`; :class:`WhatIfBusy` if
        others wait already; :class:`Unavailable` if nothing can answer it."""
        check_name(by, "by", InvalidStudy)
        if reason:
            check_name(reason, "reason", InvalidStudy, MAX_REASON)
        check_question(question)
        if self._engine is None:
            raise Unavailable(
                "this bridge cannot run futures",
                field="whatif",
                remedy="Run it by 'podherd bridge' on a machine that has the whole of Podherd.",
            )
        self._engine.check(question)
        with self._audited.writing() as tx:
            run = _take(tx, WhatIfRun(0, question, by, reason, now_ms), key, now_ms)
        self._changed()
        return run

    def runs(self, limit: int = 20) -> tuple[WhatIfRun, ...]:
        """The latest questions, the newest first."""
        with self._store.reading() as tx:
            return tx.whatifs(limit)

    def run(self, number: int) -> WhatIfRun:
        """One question with its answer; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            return _known(tx, number)

    def cancel(self, number: int, now_ms: int) -> WhatIfRun:
        """Have a question not answered; :class:`TooLate` if it has its answer."""
        with self._audited.writing() as tx:
            run = _known(tx, number)
            if run.state.final:
                raise TooLate(f"it is {run.state}", field="number", value=number)
            run = replace(run, state=WhatIfState.CANCELLED, ended_ms=now_ms)
            tx.put_whatif(run)
        with self._lock:
            self._unwanted.add(number)
        self._changed()
        return run

    def begin(self, now_ms: int) -> int:
        """To be called once, when the bridge starts: what was under way has ended, and nobody knows
        with what. How many questions that were."""
        with self._store.writing() as tx:
            lost = tx.open_whatifs()
            for run in lost:
                tx.put_whatif(
                    replace(run, state=WhatIfState.UNKNOWN, ended_ms=now_ms, error=RESTARTED)
                )
        return len(lost)

    def answer_next(self, clock: Callable[[], int], ending: Callable[[], bool]) -> WhatIfRun | None:
        """Answer the question that has waited longest, if one does; takes minutes. Stops when
        ``ending`` says so, and leaves the question as it is then."""
        run = self._started(clock())
        if run is None or self._engine is None:
            return None
        try:
            results = self._engine.answer(
                run.question,
                lambda done, total: self._progress(run.number, done, total),
                lambda: ending() or self._is_unwanted(run.number),
            )
        except WhatIfStopped:
            return None
        except WhatIfFailed as error:
            return self._ended(run.number, clock(), WhatIfState.FAILED, error=str(error))
        return self._ended(run.number, clock(), WhatIfState.DONE, results=results)

    def _started(self, now_ms: int) -> WhatIfRun | None:
        with self._store.reading() as tx:
            if not tx.open_whatifs():
                return None
        with self._store.writing() as tx:
            waiting = [run for run in tx.open_whatifs() if run.state is WhatIfState.WAITING]
            if not waiting:
                return None
            run = replace(waiting[0], state=WhatIfState.RUNNING, begun_ms=now_ms)
            tx.put_whatif(run)
        return run

    def _progress(self, number: int, done: int, total: int) -> None:
        with self._store.reading() as tx:
            if (_known(tx, number).done, _known(tx, number).total) == (done, total):
                return
        self._change(number, done=done, total=total)

    def _ended(
        self, number: int, now_ms: int, state: WhatIfState, **more: object
    ) -> WhatIfRun | None:
        return self._change(number, state=state, ended_ms=now_ms, **more)

    def _change(self, number: int, **values: object) -> WhatIfRun | None:
        with self._store.writing() as tx:
            run = _known(tx, number)
            if run.state is not WhatIfState.RUNNING:
                return None
            run = replace(run, **values)  # type: ignore[arg-type]
            tx.put_whatif(run)
        self._changed()
        return run

    def _is_unwanted(self, number: int) -> bool:
        with self._lock:
            return number in self._unwanted


def _take(tx: Writing, run: WhatIfRun, key: str | None, now_ms: int) -> WhatIfRun:
    digest = sha256(encode([run.question, run.by, run.reason])).hexdigest()
    if key is not None:
        check_name(key, "Idempotency-Key", InvalidStudy, MAX_KEY_LENGTH)
        before = tx.remembered(f"whatif/{key}")
        if before is not None:
            if before.body_hash != digest:
                raise IdempotencyConflict(
                    "this key was used for another question", field="Idempotency-Key", value=key
                )
            return _known(tx, int(before.answer))
    if len(tx.open_whatifs()) >= MOST_WAITING:
        raise WhatIfBusy(
            f"{MOST_WAITING} questions wait for their answer",
            field="whatif",
            remedy="Wait until one is answered, or cancel one.",
        )
    kept = tx.add_whatif(run)
    if key is not None:
        tx.remember(Remembered(f"whatif/{key}", digest, str(kept.number), now_ms))
    return kept


def _known(tx: Reading, number: int) -> WhatIfRun:
    found = tx.whatif(number)
    if found is None:
        raise NotFound(
            "no such question",
            field="number",
            value=number,
            remedy="Name one listed by GET /v1/whatif.",
        )
    return found
