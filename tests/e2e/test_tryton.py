"""A real Tryton beside the bridge: the demo's shift, and a small fault campaign."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .test_demo import DEMO, processes_of

pytestmark = [pytest.mark.tryton, pytest.mark.timeout(900)]
NO_TRYTON = "TRYTON UNAVAILABLE"


def no_tryton(said: str) -> None:
    """Where none can be had the test is left out; not in CI."""
    reason = next((line for line in said.splitlines() if NO_TRYTON in line), "")
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.mark.ros
def test_a_shift_on_a_real_tryton_ends_with_equal_books(tmp_path: Path) -> None:
    """Orders and goods from Tryton, short picks, a closing count, and everything agrees."""
    command = [*DEMO, "--site=tiny", "--orders=3", "--wms=tryton", f"--runs={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    no_tryton(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(next(tmp_path.glob("*/result.json")).read_text())
    wms = result["wms"]
    assert wms["orders"] == 3
    assert wms["receipts"] > 0
    assert wms["adjusted"] > 0, "no correction reached Tryton"
    assert wms["places"] > 0
    assert wms["lost"] == wms["twice"] == wms["unequal"] == wms["wrongly_shipped"] == []
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_in_a_small_campaign(database: str) -> None:
    """15 faults of all kinds over 150 order lines."""
    size = ("--lines", "150", "--faults", "15")
    command = [sys.executable, "-m", "benchmarks.macro.wms_campaign", "--db", database, *size]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        env={**os.environ, "QUICK": "1"},
    )
    no_tryton(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
