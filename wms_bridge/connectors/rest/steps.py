"""Carrying out the steps of a mapping file, one request each."""

from collections.abc import Iterator, Sequence
from typing import Any

from wms_bridge.connectors.rest.expressions import CannotEvaluate
from wms_bridge.connectors.rest.mapfile import Search, Step
from wms_bridge.connectors.rest.mapping import boolean
from wms_bridge.connectors.rest.wire import Answer, RestWire
from wms_bridge.ports.store import DeliveryFailed


class Steps:
    """Sends requests as steps say. ``key_header``: by this header the WMS knows repeats."""

    def __init__(self, wire: RestWire, key_header: str | None = None):
        self._wire = wire
        self._key_header = key_header

    async def run(self, steps: Sequence[Step], view: Any, key: str) -> list[str]:
        """Do what is not done yet, in order; what became of each. :class:`DeliveryFailed`."""
        told: list[str] = []
        for number, (step, asked) in enumerate(_applying(steps, view)):
            if step.done is not None and not self._key_header and await self._done(step, asked):
                told.append(f"{step.name}: was done")
                continue
            told.append(await self._do(step, asked, f"{key}/{step.name}/{number}"))
        return told

    async def all_done(self, steps: Sequence[Step], view: Any) -> bool:
        """Whether every step that applies is seen to be done; a step that cannot be looked up is
        not."""
        for step, asked in _applying(steps, view):
            if step.done is None or not await self._done(step, asked):
                return False
        return True

    async def _do(self, step: Step, asked: Any, key: str) -> str:
        headers = {self._key_header: key} if self._key_header else {}
        try:
            path = step.path.fill(asked, quoted=True)
            query = {name: value.fill(asked) for name, value in step.query.items()}
            body = None if step.body is None else step.body.on(asked)
        except CannotEvaluate as error:
            raise DeliveryFailed(f"{step.name}: the map: {error}", refused=True) from error
        answer = await self._wire.write(step.method, path, query, body, headers)
        if not answer.refused:
            return f"{step.name}: done"
        if step.already is not None and _means_done(step, asked, answer):
            return f"{step.name}: was done already"
        raise refusal(step.name, answer)

    async def _done(self, step: Step, asked: Any) -> bool:
        return step.done is not None and await self.found(step.done, asked, step.name)

    async def found(self, search: Search, asked: Any, name: str) -> bool:
        """What a search finds. :class:`DeliveryFailed`."""
        try:
            path = search.path.fill(asked, quoted=True)
            query = {key: value.fill(asked) for key, value in search.query.items()}
            answer = await self._wire.read(path, query)
            if answer.status == 404:
                return False
            if answer.refused:
                raise refusal(name, answer)
            return boolean(search.found, _seen(answer, asked))
        except CannotEvaluate as error:
            raise DeliveryFailed(f"{name}: the search: {error}", refused=False) from error


def refusal(what: str, answer: Answer) -> DeliveryFailed:
    """The WMS said no."""
    return DeliveryFailed(f"{what}: answer {answer.status} {answer.text}".rstrip(), refused=True)


def _means_done(step: Step, asked: Any, answer: Answer) -> bool:
    try:
        return step.already is not None and boolean(step.already, _seen(answer, asked))
    except CannotEvaluate:
        return False  # an answer of another shape: some other refusal


def _seen(answer: Answer, asked: Any) -> dict[str, Any]:
    return {"answer": answer.body, "status": answer.status, "asked": asked}


def _applying(steps: Sequence[Step], view: Any) -> Iterator[tuple[Step, Any]]:
    for step in steps:
        for asked in _asked(step, view):
            if step.when is None or _applies(step, asked):
                yield step, asked


def _asked(step: Step, view: Any) -> list[Any]:
    if step.each is None:
        return [view]
    try:
        found = step.each.on(view)
    except CannotEvaluate as error:
        raise DeliveryFailed(f"{step.name}: the map: {error}", refused=True) from error
    return [{**one, "all": view} for one in found or []]


def _applies(step: Step, asked: Any) -> bool:
    try:
        return step.when is None or boolean(step.when, asked)
    except CannotEvaluate as error:
        raise DeliveryFailed(f"{step.name}: the map: {error}", refused=True) from error
