"""``podherd demo`` as a user runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.timeout(180)]

DEMO = (sys.executable, "-c", "from podherd_bringup.cli import app; app()", "demo")
DEADLINE_S = 60.0


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and int(entry.parent.name) != os.getpid():
            found.append(line)
    return found


def test_a_good_shift_ends_with_exit_code_0_and_figures(tmp_path: Path) -> None:
    command = [*DEMO, "--site=tiny", "--orders=3", f"--runs={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a good shift" in done.stdout
    result = json.loads(next(tmp_path.glob("*/result.json")).read_text())
    assert result["good"]
    assert result["kpis"]["orders_completed"] == 3
    assert result["kpis"]["receipts_put_away"] == result["kpis"]["receipts_received"] > 0
    assert "goods put away" in done.stdout
    assert processes_of(tmp_path) == []


def test_ctrl_c_ends_every_process(tmp_path: Path) -> None:
    command = [*DEMO, "--site=tiny", "--orders=50", f"--runs={tmp_path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as demo:
        deadline_s = time.monotonic() + DEADLINE_S
        while not any(tmp_path.glob("*/events.jsonl")):
            assert time.monotonic() < deadline_s, "the fleet did not start"
            assert demo.poll() is None, demo.stdout and demo.stdout.read()
            time.sleep(0.05)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(DEADLINE_S) == 130
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--world=moon"], "world: no such world"),
        (["--speed=fast"], "speed: speed must be a factor"),
        (["--robots=0"], "robots: a shift needs robots"),
        (["--site=atlantis"], "tiny"),
        (["--orders=atlantis.csv"], "atlantis.csv"),
        (["--receipts=15"], "receipts: receipts is a share"),
        (["--arms=2"], "arms: there are not so many pick stations"),
    ],
)
def test_wrong_input_is_explained_before_anything_starts(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    command = [*DEMO, "--site=tiny", *arguments, f"--runs={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
