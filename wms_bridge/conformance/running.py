"""Running cases one after the other, each with a rig of its own."""

import asyncio
import logging
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from planner.warehouse.errors import InvalidMessage
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.conformance import cases_faults, cases_orders, cases_work
from wms_bridge.conformance.case import CASES, Case, Outcome, Verdict
from wms_bridge.conformance.engine import read
from wms_bridge.conformance.house import CaseFailed, NotApplicable
from wms_bridge.conformance.rig import Rig, RigParams, feed_ends
from wms_bridge.conformance.target import (
    HOSTILE,
    Served,
    Target,
    fake_target,
    find_target,
    hostile_app,
)

LOG = logging.getLogger(__name__)
AREAS = (cases_orders, cases_work, cases_faults)
"""Where the cases are; importing them makes them known."""
_BASE = 36


@dataclass(frozen=True, slots=True)
class KitParams:
    """``only`` are names of cases or beginnings of them; ``keep`` leaves the books of each case,
    and so does a ``home`` for them; ``fine``: the WMS keeps stock by slot. A case that takes longer
    than ``case_s`` has failed."""

    only: tuple[str, ...] = ()
    seed: int = 0
    keep: bool = False
    home: Path | None = None
    fine: bool = False
    patience_s: float = 20.0
    case_s: float = 900.0


@dataclass(frozen=True, slots=True)
class KitReport:
    """What became of all cases at a WMS of a version; its fence (ms)."""

    target: str
    version: str
    fence_ms: int
    seed: int
    outcomes: tuple[Outcome, ...]

    def count(self, verdict: Verdict) -> int:
        """How many cases."""
        return sum(outcome.verdict is verdict for outcome in self.outcomes)

    @property
    def passed(self) -> bool:
        """Whether no case failed, and any passed."""
        return not self.count(Verdict.FAILED) and self.count(Verdict.PASSED) > 0


def all_cases() -> list[Case]:
    """In the order they are run."""
    return [case for area in AREAS for case in CASES if case.play.__module__ == area.__name__]


def chosen(only: Sequence[str]) -> list[Case]:
    """Cases to be run; :class:`InvalidMessage` on a name that is none's beginning."""
    for name in only:
        if not any(case.name.startswith(name) for case in all_cases()):
            raise InvalidMessage("no such case", field="only", value=name)
    return [case for case in all_cases() if not only or case.name.startswith(tuple(only))]


@asynccontextmanager
async def target_of(url: str, seed: int, clerk: str = "") -> AsyncIterator[Target]:
    """The target; the hostile fake runs while in the block. ``clerk`` is the address by which
    people work there, if it is another."""
    if url != HOSTILE:
        yield find_target(url, clerk)
        return
    async with Served(hostile_app(seed)) as base:
        yield fake_target(base, HOSTILE)


async def run_kit(
    target: Target, params: KitParams, told: Callable[[Outcome], None] = lambda outcome: None
) -> KitReport:
    """Run the cases; ``told`` hears of each.
    :class:`~wms_bridge.ports.store.DeliveryFailed` if the WMS is not there."""
    home = params.home or Path(tempfile.mkdtemp(prefix="podherd-conformance-"))
    home.mkdir(parents=True, exist_ok=True)
    connector, clerk = target.connect(target.url), target.hire(target.url)
    try:
        version = await read(connector.check, attempts=8)
        start = await feed_ends(connector)
        outcomes: list[Outcome] = []
        template = home / "template.db"
        await asyncio.to_thread(_make_template, template)
        run = _run_name()
        for case in chosen(params.only):
            folder = home / case.name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            number = all_cases().index(case)
            rig_params = RigParams(
                run, number, params.seed, folder, template, params.fine, params.patience_s
            )
            outcomes.append(await _play(case, Rig(target, clerk, rig_params, start), params.case_s))
            told(outcomes[-1])
        return KitReport(target.name, version, connector.fence_ms, params.seed, tuple(outcomes))
    finally:
        await connector.close()
        await clerk.close()
        if not params.keep and params.home is None:
            shutil.rmtree(home, ignore_errors=True)


async def _play(case: Case, rig: Rig, patience_s: float) -> Outcome:
    begun = time.monotonic()
    verdict, reason = Verdict.PASSED, ""
    try:
        async with asyncio.timeout(patience_s):
            await rig.start()
            await case.play(rig)
    except NotApplicable as error:
        verdict, reason = Verdict.NOT_APPLICABLE, str(error)
    except CaseFailed as error:
        verdict, reason = Verdict.FAILED, str(error)
    except TimeoutError:
        verdict, reason = Verdict.FAILED, f"no end after {patience_s:.0f} s"
    except Exception as error:
        LOG.debug("case %s", case.name, exc_info=True)
        verdict, reason = Verdict.FAILED, f"{type(error).__name__}: {error}"
    faults = sum(rig.proxy.done.values()) if rig.proxy else 0
    try:
        await rig.stop()
    except Exception as error:
        verdict, reason = Verdict.FAILED, f"at the end: {type(error).__name__}: {error}"
    took_ms = round(1000 * (time.monotonic() - begun))
    return Outcome(case, verdict, reason[:2_000], took_ms, faults)


def _make_template(path: Path) -> None:
    path.unlink(missing_ok=True)
    SqlStore(sqlite_url(path)).close()


def _run_name() -> str:
    """Five characters that differ from run to run."""
    number, name = time.time_ns() // 100_000_000 % _BASE**5, ""
    for _ in range(5):
        number, digit = divmod(number, _BASE)
        name = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + name
    return name
