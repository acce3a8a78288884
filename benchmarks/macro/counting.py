"""Everything about counting in one run: codes, tags, shelves, records, events; with peers beside.

    make bench-counting                       # QUICK=1 for at most ten minutes, DATA=DIR
    python -m benchmarks.macro.counting --show  # the verdicts of the last run again

Each part is a benchmark of its own (benchmarks/macro/counting_parts.py) in a process of its own,
and leaves its figures in ``benchmarks/results``. Peers that are no part of Podherd run in an
environment of their own (``var/peers``), made by this run; without a network it says that they are
missing.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.macro.counting_goals import Peers, verdicts
from benchmarks.macro.counting_parts import PARTS, Part, rows_of
from benchmarks.macro.counting_time import load_time_model
from benchmarks.report import ROOT, print_table, publish

PEERS = ROOT / "var" / "peers"
PEER_PACKAGES = ("sllurp>=3.0.5", "epcpy>=0.1.8")
SEED = 1


def main() -> int:
    """All parts, then what holds. Exit code 1 if a part failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--only", nargs="*", default=None, help="names of modules, as micro.epc")
    parser.add_argument("--show", action="store_true", help="run nothing")
    given = parser.parse_args()
    if given.show:
        print_table("counting", [verdict.row for verdict in _verdicts(_last_peers())])
        return 0
    failed = [part.name for part in _chosen(given.only) if not _run(part, given.data)]
    peers, notes = _peers(given.data)
    notes += [f"{name}: failed" for name in failed]
    publish(
        "counting",
        [verdict.row for verdict in _verdicts(peers)],
        seed=SEED,
        packages=("opencv-python-headless", "zxing-cpp", "numpy"),
        parameters={"peers": json.dumps(peers)},
        notes=notes,
    )
    return 1 if failed else 0


def _verdicts(peers: Peers) -> list[Any]:
    return verdicts(rows_of, peers, load_time_model())


def _chosen(only: list[str] | None) -> tuple[Part, ...]:
    return tuple(part for part in PARTS if only is None or part.module in only)


def _run(part: Part, data: Path) -> bool:
    """One part, its output shown; what another run has left of it goes first."""
    folder = data / part.subfolder
    command = [sys.executable, "-m", f"benchmarks.{part.module}"]
    if part.data and folder.exists():
        command += ["--data", str(folder)]
    print(f"== {part.name}: {' '.join(command[1:])}", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False)
    print(f"== {part.name}: {time.monotonic() - began:.0f} s", flush=True)
    return done.returncode == 0


def _peers(data: Path) -> tuple[Peers, list[str]]:
    """What the peers do with the same data, and what is to be said of them."""
    if not (data / "llrp").exists() or not (data / "epc").exists():
        return {}, [f"peers not run: no data in {data.name}"]
    problem = _install_peers()
    if problem:
        return {}, [f"peers not run: {problem}"]
    script = ROOT / "benchmarks" / "macro" / "counting_peers.py"
    done = subprocess.run(
        [str(PEERS / "bin" / "python"), str(script), str(data)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return {}, [f"peers not run: {done.stderr.strip().splitlines()[-1]}"]
    found: Mapping[str, Mapping[str, Any]] = json.loads(done.stdout)
    return found, [f"{name} {peer['version']} in the same run" for name, peer in found.items()]


def _install_peers() -> str:
    """Why they are not there; empty if they are."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        print(f"== peers: installing {', '.join(PEER_PACKAGES)}", flush=True)
        venv.create(PEERS, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, *PEER_PACKAGES], check=False, capture_output=True, text=True, env=dict(os.environ)
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def _last_peers() -> Peers:
    path = ROOT / "benchmarks" / "results" / "counting.json"
    if not path.exists():
        return {}
    found: Peers = json.loads(json.loads(path.read_text())["parameters"]["peers"])
    return found


if __name__ == "__main__":
    sys.exit(main())
