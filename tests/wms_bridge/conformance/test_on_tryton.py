"""Some cases of each kind against a real Tryton; all of them: ``make conformance-tryton``."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from scripts.postgres import PostgresMissing
from scripts.tryton import Tryton, TrytonUnavailable
from scripts.tryton_conformance import DATABASES, PATIENCE_S, kit_url, trial
from wms_bridge.conformance.case import Verdict
from wms_bridge.conformance.running import KitParams, KitReport, run_kit, target_of

pytestmark = pytest.mark.tryton
SEED = 7
CASES = (
    "check-version",
    "intake-new",
    "intake-between-pages",
    "intake-odd-names",
    "change-before",
    "cancel-part-picked",
    "reserve-too-much",
    "pick-two-pods",
    "pick-lots",
    "confirm-again",
    "confirm-at-once",
    "receipt-put-away",
    "count-to-nothing",
    "stock-after-work",
    "stock-deltas",
    "lost-answer-count",
    "storm",
    "cursor-lost",
    "wms-down-while-told",
    "refused-alone",
)


@pytest.fixture(scope="module", params=DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[Tryton]:
    """A Tryton with a fresh database."""
    try:
        with trial(request.param) as opened:
            yield opened
    except (TrytonUnavailable, PostgresMissing) as error:
        reason = f"TRYTON UNAVAILABLE: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def run(server: Tryton, only: tuple[str, ...]) -> KitReport:
    async def against_tryton() -> KitReport:
        async with target_of(kit_url(server), SEED, server.clerk_url) as target:
            return await run_kit(target, KitParams(only, SEED, patience_s=PATIENCE_S))

    return asyncio.run(against_tryton())


@pytest.mark.timeout(1_800)
def test_tryton_passes(server: Tryton) -> None:
    report = run(server, CASES)
    reasons = [f"{one.case.name}: {one.reason}" for one in report.outcomes if one.reason]
    assert report.count(Verdict.PASSED) == len(report.outcomes) >= len(CASES), reasons
    faulty = {one.case.name for one in report.outcomes if one.faults}
    assert {"lost-answer-count", "storm"} <= faulty


def test_what_tryton_cannot_do_is_not_passed(server: Tryton) -> None:
    report = run(server, ("request-twice",))
    assert [one.verdict for one in report.outcomes] == [Verdict.NOT_APPLICABLE]
    assert not report.passed
