"""A counting round end to end: robots and a drone look, people count, a supervisor decides over
HTTP, and books, events and page say so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft7Validator

from planner.warehouse.site import Site
from sim_worlds.counting.counted_site import CountedSiteParams, counted_site
from sim_worlds.counting.office import Office, Supervisor
from sim_worlds.counting.round import CountingRound
from sim_worlds.counting.verdict import verdict_of
from sim_worlds.sensing.stock import StockErrors
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.reconciling import ReconcileParams
from wms_bridge.records.counts import CaseStatus, CountParams

ROOT = Path(__file__).parents[3]
MANY_ERRORS = StockErrors(missing=0.15, extra=0.05, misplaced=0.05)


@pytest.fixture(scope="module")
def small() -> Site:
    return load_site("small")


def podherd_count(*arguments: str) -> subprocess.CompletedProcess[str]:
    """``podherd count`` in a process of its own."""
    command = [sys.executable, "-c", "from sim_worlds.counting.cli import app; app()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=environment, check=False, capture_output=True, text=True, timeout=300
    )


def test_what_is_wrong_is_found_and_decided_and_nothing_right_is_touched(small: Site) -> None:
    params = CountedSiteParams(pods=3, counters=1, errors=MANY_ERRORS, piece_value=60.0)
    counted = counted_site(small, 2, 3, params)
    # Nothing may go through without a supervisor.
    judged = CountParams(ReconcileParams(value_max=0.01))
    done = CountingRound(counted, MemoryStore(), judged, drones=0, seed=3)
    office = Office(done.bridge, lambda: done.run.now_ms)
    try:
        supervisor = Supervisor(office.client, counted.truth)
        while not done.done:
            done.tick()
            if done.run.now_ms % 30_000 == 0:
                office.show(done.run.dispatcher.view(done.run.state))
                supervisor.decide()
        status = httpx.get(f"{office.url}/v1/status").json()
        verdict = verdict_of(done)
    finally:
        office.close()
    assert verdict.complaints == ()
    assert verdict.wrong_before >= 3
    assert (verdict.wrong_after, verdict.wrong_adjustments) == (0, 0)
    assert verdict.cases[CaseStatus.APPROVED] == supervisor.decided > 0
    assert verdict.ledger.pieces_adjusted > 0
    assert verdict.epcis_events >= verdict.slots
    assert status["view_age_ms"] is not None


def test_the_same_seed_is_the_same_round(small: Site) -> None:
    def figures() -> tuple[object, ...]:
        counted = counted_site(small, 2, 5, CountedSiteParams(pods=2, counters=1))
        done = CountingRound(counted, MemoryStore(), CountParams(), drones=1, seed=5)
        while not done.done:
            done.tick()
        stock = tuple(done.bridge.stock())
        return done.run.now_ms, done.looks, done.flown, done.counts, stock

    assert figures() == figures()


@pytest.mark.shared
def test_the_demo_leaves_books_and_events_that_others_can_read(
    tmp_path: Path, shared_data: Path
) -> None:
    arguments = ["demo", "--pods", "2", "--orders", "1", "--counters", "1", "--drones", "0"]
    result = podherd_count(*arguments, "--port", "0", "--runs", str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert "0 of them wrongly" in result.stdout
    schema = shared_data / "epcis" / "gs1_draft_repo" / "EPCIS-JSON-Schema.json"
    written = json.loads((tmp_path / "counting" / "epcis.jsonld").read_text())
    Draft7Validator(json.loads(schema.read_text())).validate(written)
    assert written["epcisBody"]["eventList"]
    assert (tmp_path / "counting" / "books.sqlite").exists()


def test_a_port_that_is_taken_and_an_operator_that_is_nobody_are_told(tmp_path: Path) -> None:
    result = podherd_count("demo", "--operator", "nobody", "--runs", str(tmp_path))
    assert result.returncode == 2
    counted = counted_site(load_site("small"), 1, 1, CountedSiteParams(pods=2, counters=1))
    done = CountingRound(counted, MemoryStore(), CountParams(), drones=0, seed=1)
    office = Office(done.bridge, lambda: 0)
    try:
        port = int(office.url.rpartition(":")[2])
        arguments = ["demo", "--pods", "2", "--orders", "1", "--port", str(port)]
        result = podherd_count(*arguments, "--runs", str(tmp_path))
    finally:
        office.close()
    assert result.returncode == 2, result.stdout
    assert "port" in result.stderr
