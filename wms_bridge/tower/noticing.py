"""Keeping what waits for somebody: what a source has told of once stays until it is verified."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from wms_bridge.records.tower import (
    ExceptionCause,
    ExceptionRecord,
    ExceptionState,
    Sighting,
)

_DEALT_WITH = (ExceptionState.RESOLVED, ExceptionState.VERIFIED)


def noticed(
    known: Mapping[str, ExceptionRecord],
    sightings: Sequence[Sighting],
    complete: Set[ExceptionCause],
    now_ms: int,
) -> tuple[ExceptionRecord, ...]:
    """Records that are new (number 0) or other than they were.

    ``known`` are by key those that the sightings are about and those whose source still told of
    them. Of causes that are ``complete`` nothing was left out: what is not sighted any more is
    over. It stays in its state: only people take it on.
    """
    changed: list[ExceptionRecord] = []
    seen = {one.key for one in sightings}
    for one in sightings:
        record = known.get(one.key)
        after = _begun(one, now_ms) if record is None else _seen(record, one, now_ms)
        if after != record:
            changed.append(after)
    changed += [
        replace(record, over_ms=now_ms, changed_ms=now_ms, version=record.version + 1)
        for record in known.values()
        if record.key not in seen and record.cause in complete and record.over_ms is None
    ]
    return tuple(changed)


def _begun(one: Sighting, now_ms: int) -> ExceptionRecord:
    return ExceptionRecord(
        number=0,
        key=one.key,
        cause=one.cause,
        subject=one.subject,
        text=one.text,
        severity=one.severity,
        token=one.token,
        since_ms=one.since_ms,
        changed_ms=now_ms,
    )


def _seen(record: ExceptionRecord, one: Sighting, now_ms: int) -> ExceptionRecord:
    told = replace(record, text=one.text, severity=one.severity, token=one.token)
    if record.token == one.token:
        back = record.over_ms is not None and record.state not in _DEALT_WITH
        if not back:
            return told
        return replace(told, over_ms=None, changed_ms=now_ms, version=record.version + 1)
    anew = record.state in _DEALT_WITH
    return replace(
        told,
        state=ExceptionState.OPEN if anew else record.state,
        owner="" if anew else record.owner,
        since_ms=one.since_ms if anew or record.over_ms is not None else record.since_ms,
        times=record.times + 1,
        over_ms=None,
        changed_ms=now_ms,
        version=record.version + 1,
    )
