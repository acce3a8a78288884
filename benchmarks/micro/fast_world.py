"""How much faster than real time the fast world runs, inside whole shifts.

    python -m benchmarks.micro.fast_world        # QUICK=1 for a short run

The world is everything but the dispatcher and the bridge: physics, robots, reports, pickers and
the referee after every step of 100 ms. One process, one core.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import ParamSpec, TypeVar

from benchmarks.report import Row, publish, quick
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site

SEED = 1
SITES = {"tiny": 40, "small": 200, "medium": 1_000}
"""Site and number of orders in the shift."""
P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Watch:
    """Adds up the time spent in calls."""

    seconds: float = 0.0

    def on(self, call: Callable[P, R]) -> Callable[P, R]:
        """The same call, timed."""

        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            begin = perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds += perf_counter() - begin

        return timed


def measure(name: str, orders: int, site_s: float) -> Row:
    """Run the first ``site_s`` seconds of a shift."""
    site = load_site(name)
    run = ShiftRun(generated_shift(site, orders, SEED))
    run.tick()  # compiles what is not in the cache yet
    world, referee, drives = Watch(), Watch(), Watch()
    setattr(run.world, "advance", world.on(run.world.advance))  # noqa: B010
    setattr(run.world, "command", world.on(run.world.command))  # noqa: B010
    setattr(run.world.referee, "look", referee.on(run.world.referee.look))  # noqa: B010
    setattr(run.world.floor, "advance", drives.on(run.world.floor.advance))  # noqa: B010
    begin, start_ms = perf_counter(), run.now_ms
    while run.now_ms < site_s * 1000 and not run.done:
        run.tick()
    elapsed, seconds = perf_counter() - begin, (run.now_ms - start_ms) / 1000
    steps = seconds * 1000 / run.world.params.step_ms
    return {
        "site": name,
        "robots": len(site.robots),
        "pods": site.pod_count,
        "site time, h": round(seconds / 3600, 2),
        "world, x real time": round(seconds / world.seconds),
        "whole loop, x real time": round(seconds / elapsed),
        "physics, us/step": round(drives.seconds / steps * 1e6, 1),
        "referee, us/step": round(referee.seconds / steps * 1e6, 1),
        "violations": len(run.world.violations),
    }


def main() -> None:
    """Measure every site and publish."""
    site_s = 300.0 if quick() else 3_600.0
    rows = [measure(name, orders, site_s) for name, orders in SITES.items()]
    publish("fast_world", rows, seed=SEED, packages=("numba", "numpy"))


if __name__ == "__main__":
    main()
