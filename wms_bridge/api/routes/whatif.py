"""What would happen if: futures of the running floor, or of a site as it is drawn."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from wms_bridge.access.roles import Permission
from wms_bridge.api.context import InContext
from wms_bridge.api.params import Key, Number
from wms_bridge.api.permitting import needs
from wms_bridge.api.speaking import who_asks
from wms_bridge.records.whatif import (
    Alternative,
    WhatIfChange,
    WhatIfKind,
    WhatIfQuestion,
    WhatIfRun,
)

router = APIRouter(prefix="/v1/whatif", tags=["control tower"])
SEE, OPERATE = ([needs(permission)] for permission in (Permission.SEE, Permission.OPERATE))
Most = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChangeIn(_Request):
    """One thing that is otherwise, by the names of ``podherd whatif --vary``."""

    key: StrictStr
    value: StrictInt | StrictFloat | StrictStr


class AlternativeIn(_Request):
    """One choice; nothing changed is "as it is". ``site`` is a site document as text."""

    name: StrictStr
    changes: list[ChangeIn] = []
    site: StrictStr | None = None


class WhatIfIn(_Request):
    """A question; see :class:`wms_bridge.records.whatif.WhatIfQuestion`."""

    kind: WhatIfKind
    alternatives: Annotated[list[AlternativeIn], Field(min_length=1, max_length=6)]
    seeds: StrictInt = 3
    hours: Annotated[StrictFloat | StrictInt, Field(allow_inf_nan=False)] = 4.0
    promise_h: Annotated[StrictFloat | StrictInt, Field(allow_inf_nan=False)] = 4.0
    orders: StrictInt = 0
    by: StrictStr = ""
    reason: StrictStr = ""

    def question(self) -> WhatIfQuestion:
        """As the service takes it."""
        alternatives = tuple(
            Alternative(
                one.name, tuple(WhatIfChange(c.key, c.value) for c in one.changes), one.site
            )
            for one in self.alternatives
        )
        return WhatIfQuestion(
            self.kind,
            alternatives,
            self.seeds,
            float(self.hours),
            float(self.promise_h),
            self.orders,
        )


class WhatIfsOut(BaseModel):
    """Questions with their answers, the newest first; whether this bridge can answer any; and its
    time (ms)."""

    runs: tuple[WhatIfRun, ...]
    answers: bool
    now_ms: int


@router.post("", dependencies=OPERATE, status_code=HTTPStatus.ACCEPTED)
def ask(body: WhatIfIn, context: InContext, request: Request, key: Key = None) -> WhatIfRun:
    """Ask a question; it is answered as soon as those before it are. The same under the same
    ``Idempotency-Key`` is asked once."""
    by = who_asks(request, body.by)
    return context.bridge.whatifs.ask(body.question(), by, body.reason, key, context.clock())


@router.get("", dependencies=SEE)
def listed(context: InContext, limit: Most = 20) -> WhatIfsOut:
    """The latest questions."""
    desk = context.bridge.whatifs
    return WhatIfsOut(runs=desk.runs(limit), answers=desk.answers, now_ms=context.clock())


@router.get("/{number}", dependencies=SEE)
def answered(number: Number, context: InContext) -> WhatIfRun:
    """One question: how far it is, and its answer when that is known."""
    return context.bridge.whatifs.run(number)


@router.post("/{number}/cancel", dependencies=OPERATE)
def cancel(number: Number, context: InContext) -> WhatIfRun:
    """Have a question not answered; its futures are ended."""
    return context.bridge.whatifs.cancel(number, context.clock())
