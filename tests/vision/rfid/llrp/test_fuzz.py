"""A short run of the fuzzer over everything that reads LLRP, the same in every run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vision.rfid.llrp.test_hostile import SEED_FRAMES

ROOT = Path(__file__).parents[4]
RUNS = 100_000


def write_corpus(folder: Path) -> None:
    folder.mkdir()
    for target in range(4):
        for number, frame in enumerate(SEED_FRAMES):
            (folder / f"{target}-{number}").write_bytes(bytes((target,)) + frame)


def test_nothing_but_documented_errors_comes_of_hostile_bytes(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    write_corpus(tmp_path / "corpus")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.vision.rfid.llrp.fuzz_frames",
            f"-runs={RUNS}",
            "-seed=1",
            f"-artifact_prefix={tmp_path}/",
            str(tmp_path / "corpus"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
