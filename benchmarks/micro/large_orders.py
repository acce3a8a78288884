"""Pods for one large order: the covering problem solved with HiGHS beside the greedy answer.

Stock and orders are drawn (428 pods of 25 SKUs, 1,000 SKUs). ``python -m
benchmarks.micro.large_orders``; QUICK=1 is shorter.
"""

import sys
from pathlib import Path
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.report import Row, publish, quick
from planner.assign.cover import CoverParams, CoverProblem, cover_lines
from planner.warehouse.ids import PodId, Sku

SEED, SKUS, PODS, PER_POD = 1, 1_000, 428, 25
PARAMS = CoverParams()


def main() -> None:
    rounds = 3 if quick() else 12
    rng = np.random.default_rng(SEED)
    share = np.exp(rng.normal(0, 1, SKUS))
    spread = np.sqrt(share) / np.sqrt(share).sum()
    share /= share.sum()
    contents = {
        PodId(f"P{pod:03d}"): {
            Sku(f"K{sku}"): 10**6 for sku in rng.choice(SKUS, PER_POD, replace=False, p=spread)
        }
        for pod in range(PODS)
    }
    ways = {pod: int(rng.integers(10_000, 60_000)) for pod in contents}
    rows = []
    for lines in (10, 20, 40, 80):
        cases = [
            CoverProblem(
                {Sku(f"K{sku}"): 1 for sku in rng.choice(SKUS, lines, replace=False, p=share)},
                contents,
                ways,
            )
            for _ in range(rounds)
        ]
        rows.append(measure(lines, cases))
    publish("large_orders", rows, seed=SEED, packages=("numpy", "ortools"))


def measure(lines: int, cases: list[CoverProblem]) -> Row:
    """Means over the cases."""
    greedy_ms, found_ms, pods, better, late, cpu = 0, 0, 0, 0, 0, []
    for case in cases:
        started = process_time()
        cover = cover_lines(case, PARAMS)
        cpu.append(1000 * (process_time() - started))
        found_ms += cover.cost_ms
        greedy_ms += cover.greedy_ms
        pods += len(cover.pods)
        better += not cover.greedy
        late += cover.out_of_time
    return {
        "lines": lines,
        "orders": len(cases),
        "pods": pods / len(cases),
        "cost to greedy": found_ms / greedy_ms,
        "better": better,
        "out of time": late,
        "CPU p50 ms": float(np.median(cpu)),
        "CPU max ms": max(cpu),
    }


if __name__ == "__main__":
    main()
