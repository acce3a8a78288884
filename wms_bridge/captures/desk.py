"""Where EPCIS events of others come in, as GS1's REST binding has it (EPCIS 2.0, 12.6)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidMessage, NotFound, PodherdError
from wms_bridge.captures.doing import Captured, ToCapture, capture, find_captured, to_capture
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.read import KINDS, MAX_BYTES, read_document, read_event
from wms_bridge.epcis.vocabulary import STANDARD_PREFIXES, prefixes_of
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.records.counts import UNNAMED_SITE
from wms_bridge.requests import remember
from wms_bridge.shelves import Shelves

MAX_EVENTS = 1_000
"""In one document (``GS1-EPCIS-Capture-Limit``)."""


class ErrorBehaviour(StrEnum):
    """What becomes of a document with an event that cannot be done."""

    ROLLBACK = "rollback"
    """Nothing of it is done."""
    PROCEED = "proceed"
    """Its other events are done."""


@dataclass(frozen=True, slots=True)
class EventError:
    """Why an event could not be done: ``index`` in the list, counted from 0."""

    index: int
    event_id: str
    problem: str
    field: str
    remedy: str
    event: str


@dataclass(frozen=True, slots=True)
class CaptureJob:
    """What became of a document: events ``captured`` now, ``repeated`` ones that came before, and
    what was done with each of the former. ``number`` counts jobs from 1."""

    number: int
    created_ms: int
    behaviour: ErrorBehaviour
    captured: int = 0
    repeated: int = 0
    outcomes: tuple[str, ...] = ()
    errors: tuple[EventError, ...] = ()

    @property
    def success(self) -> bool:
        """Whether all events were done."""
        return not self.errors


class TooMuch(InvalidMessage):
    """More events or bytes than are taken at once."""


class _NotAll(Exception):
    """Throws a transaction away."""


class Captures:
    """Captures events into ``store``; ``tell`` is called after a change. Safe to call from several
    threads. An event is all or nothing, and done once however often it comes."""

    def __init__(
        self,
        store: Store,
        shelves: Shelves,
        tell: Callable[[], None],
        site: EpcisSite = UNNAMED_SITE,
    ):
        self._store = store
        self._shelves = shelves
        self._tell = tell
        self._site = site

    def capture(self, raw: bytes, behaviour: ErrorBehaviour, now_ms: int) -> CaptureJob:
        """Capture a document. :class:`InvalidMessage` if it is none at all, or too large."""
        listed, prefixes = _listed(raw)
        return self._capture(listed, prefixes, behaviour, now_ms)

    def capture_event(self, raw: bytes, now_ms: int) -> tuple[Captured, bool]:
        """Capture one event, and whether it came before; raises what is wrong with it."""
        if len(raw) > MAX_BYTES:
            raise _too_large(len(raw))
        told = _read(_json(raw), 0, STANDARD_PREFIXES)
        with self._store.writing() as tx:
            captured = capture(tx, self._shelves, self._site, told, now_ms)
        if captured is not None:
            self._tell()
            return captured, False
        return Captured(told.event_id, "captured before", told.raw), True

    def job(self, number: int) -> CaptureJob:
        """A capture job; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            found = _job(tx, number)
        if found is None:
            raise NotFound(
                "no such capture job",
                field="capture",
                value=number,
                remedy="Name one listed by GET /v1/epcis/capture.",
            )
        return found

    def jobs(self, before: int | None, limit: int) -> tuple[CaptureJob, ...]:
        """Jobs with a number below ``before``, the latest first."""
        with self._store.reading() as tx:
            last = _last_job(tx) if before is None else min(before - 1, _last_job(tx))
            numbers = range(last, max(0, last - limit), -1)
            return tuple(job for number in numbers if (job := _job(tx, number)) is not None)

    def event(self, event_id: str) -> Captured | None:
        """A captured event by its id, or by its hash if it came without."""
        with self._store.reading() as tx:
            return find_captured(tx, event_id)

    def _capture(
        self,
        listed: Sequence[Any],
        prefixes: Mapping[str, str],
        behaviour: ErrorBehaviour,
        now_ms: int,
    ) -> CaptureJob:
        job = CaptureJob(0, now_ms, behaviour)
        if behaviour is ErrorBehaviour.PROCEED:
            for at, data in enumerate(listed):
                job = self._one(job, data, at, prefixes, now_ms)
            with self._store.writing() as tx:
                job = _keep(tx, job)
        else:
            job = self._all(job, listed, prefixes, now_ms)
        self._tell()
        return job

    def _one(
        self, job: CaptureJob, data: Any, at: int, prefixes: Mapping[str, str], now_ms: int
    ) -> CaptureJob:
        """An event in a transaction of its own."""
        try:
            with self._store.writing() as tx:
                return self._do(tx, job, data, at, prefixes, now_ms)
        except PodherdError as error:
            return replace(job, errors=(*job.errors, _told(error, data, at)))

    def _all(
        self, job: CaptureJob, listed: Sequence[Any], prefixes: Mapping[str, str], now_ms: int
    ) -> CaptureJob:
        """All events in one transaction, or none."""
        failed = job
        try:
            with self._store.writing() as tx:
                for at, data in enumerate(listed):
                    try:
                        job = self._do(tx, job, data, at, prefixes, now_ms)
                    except PodherdError as error:
                        failed = replace(failed, errors=(_told(error, data, at),))
                        raise _NotAll from error
                return _keep(tx, job)
        except _NotAll:
            with self._store.writing() as tx:
                return _keep(tx, failed)

    def _do(
        self,
        tx: Writing,
        job: CaptureJob,
        data: Any,
        at: int,
        prefixes: Mapping[str, str],
        now_ms: int,
    ) -> CaptureJob:
        told = _read(data, at, prefixes)
        captured = capture(tx, self._shelves, self._site, told, now_ms)
        if captured is None:
            return replace(job, repeated=job.repeated + 1)
        outcomes = (*job.outcomes, captured.outcome)
        return replace(job, captured=job.captured + 1, outcomes=outcomes)


def _listed(raw: bytes) -> tuple[Sequence[Any], Mapping[str, str]]:
    """The events of a document, not yet read, and its prefixes."""
    if len(raw) > MAX_BYTES:
        raise _too_large(len(raw))
    data = _json(raw)
    body = data.get("epcisBody")
    if isinstance(body, dict) and isinstance(body.get("event"), dict):
        body = {"eventList": [body["event"]]}
    listed = body.get("eventList") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise InvalidMessage(
            "no list of events", field="epcisBody.eventList", remedy="Send an EPCISDocument."
        )
    if len(listed) > MAX_EVENTS:
        raise TooMuch(
            "too many events",
            field="epcisBody.eventList",
            value=len(listed),
            remedy=f"Send at most {MAX_EVENTS} at once.",
        )
    envelope = read_document(encode({**data, "epcisBody": {"eventList": []}}))
    return listed, prefixes_of(envelope.context)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        data = decode(raw)
    except (RecursionError, UnicodeDecodeError) as error:
        raise InvalidMessage(f"not JSON: {type(error).__name__}", field="body") from error
    if not isinstance(data, dict):
        raise InvalidMessage("not an object", field="body", remedy="Send a JSON object.")
    return data


def _too_large(size: int) -> TooMuch:
    return TooMuch(
        "too large", field="body", value=size, remedy=f"Send at most {MAX_BYTES} bytes at once."
    )


def _read(data: Any, at: int, prefixes: Mapping[str, str]) -> ToCapture:
    """An event; one of a kind that is not known is kept as it came."""
    kind = data.get("type") if isinstance(data, dict) else None
    if isinstance(kind, str) and kind not in KINDS:
        raw = encode(data).decode()
        content = hashlib.sha256(raw.encode()).hexdigest()
        own = data.get("eventID")
        return ToCapture(own if isinstance(own, str) and own else content, content, raw, None)
    event = read_event(data, f"eventList[{at}]")
    return to_capture(event, event_hash(event, prefixes))


def _told(error: PodherdError, data: Any, at: int) -> EventError:
    event_id = data.get("eventID") if isinstance(data, dict) else None
    return EventError(
        at,
        event_id if isinstance(event_id, str) else "",
        error.problem,
        error.field,
        error.remedy,
        encode(data).decode(),
    )


def _job_key(number: int) -> str:
    return f"epcis/capture/{number}"


def _job(tx: Reading, number: int) -> CaptureJob | None:
    kept = tx.remembered(_job_key(number))
    return None if kept is None else from_json(decode(kept.answer), CaptureJob)


def _keep(tx: Writing, job: CaptureJob) -> CaptureJob:
    job = replace(job, number=_last_job(tx) + 1)
    answer = encode(job).decode()
    digest = hashlib.sha256(answer.encode()).hexdigest()
    remember(tx, _job_key(job.number), digest, answer, job.created_ms)
    return job


def _last_job(tx: Reading) -> int:
    """Jobs are numbered without gaps: the last is between doubled steps."""
    above = 1
    while tx.remembered(_job_key(above)) is not None:
        above *= 2
    low = above // 2
    while above - low > 1:
        middle = (low + above) // 2
        if tx.remembered(_job_key(middle)) is not None:
            low = middle
        else:
            above = middle
    return low
