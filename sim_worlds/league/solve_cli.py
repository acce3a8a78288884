"""``podherd mapf solve``: paths for a one-shot scenario, as good as the time allows."""

from pathlib import Path
from time import process_time
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, Progress, TextColumn

from planner.oneshot.problem import OutOfBudget, Solution, Unsolvable, Ways, pose
from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.atomic import replacing
from sim_worlds.league.one_shot import compile_kernels, solve_within
from sim_worlds.league.scenario import OneShotInstance, load_scenario
from sim_worlds.league.terminal import ERR, OUT, reported


class OneShotPlan(msgspec.Struct, frozen=True):
    """The file written. ``paths``: cells (row * width + column) at steps 0 to ``makespan``, one
    list per agent; ``lower_bound``: the sum of the shortest paths."""

    scenario: str
    agents: int
    sum_of_costs: int
    makespan: int
    lower_bound: int
    paths: list[list[int]]


def solve(
    map_path: Annotated[Path, typer.Argument(metavar="MAP", help="A MovingAI map.")],
    scen_path: Annotated[Path, typer.Argument(metavar="SCEN", help="A MovingAI scenario.")],
    agents: Annotated[int, typer.Option(help="The first so many agents of the scenario.")],
    seconds: Annotated[float, typer.Option(help="CPU time to spend.")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Of all random choices.")] = 1,
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("plan.json"),
) -> None:
    """Bring every agent once from start to goal without conflict, at a low sum of costs.

    Exit code 1 if there is no solution or none was found in time.
    """
    with reported():
        if not 0 < seconds < float("inf"):
            raise InvalidInstance("should be more than 0", field="seconds", value=seconds)
        if not output.absolute().parent.is_dir():
            raise InvalidInstance("no such folder", field="output", value=str(output))
        instance = load_scenario(map_path, scen_path, agents)
        ways = pose(instance.map.neighbours(), instance.starts, instance.goals)
        compile_kernels()
        found = _watched(ways, seconds, seed)
        if isinstance(found, Solution):
            plan = _plan(instance, ways, found)
            with replacing(output) as draft:
                draft.write_bytes(msgspec.json.encode(plan))
    if not isinstance(found, Solution):
        proved = isinstance(found, Unsolvable)
        ERR.print("there is no solution" if proved else "no solution found in time")
        raise typer.Exit(1)
    above = f"{_ratio(plan.sum_of_costs, plan.lower_bound)} of the lower bound"
    OUT.print(f"sum of costs {plan.sum_of_costs} ({above}), makespan {plan.makespan}")


def _watched(ways: Ways, seconds: float, seed: int) -> Solution | Unsolvable | OutOfBudget:
    """Solve and show how far it is."""
    least = int(ways.lower_bounds.sum())
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} s"))
    with Progress(*columns, console=ERR) as bar:
        task = bar.add_task("first solution", total=seconds)

        def told(gone_s: float, best: Solution | None) -> None:
            bar.update(task, completed=gone_s)
            if best is not None:
                cost = best.sum_of_costs
                words = f"sum of costs {cost}, {_ratio(cost, least)} of the lower bound"
                bar.update(task, description=words)

        return solve_within(ways, seconds, seed, process_time, told)


def _ratio(cost: int, least: int) -> str:
    return f"{cost / least if least else 1:.4f}"


def _plan(instance: OneShotInstance, ways: Ways, found: Solution) -> OneShotPlan:
    return OneShotPlan(
        scenario=instance.name,
        agents=ways.agents,
        sum_of_costs=found.sum_of_costs,
        makespan=found.makespan,
        lower_bound=int(ways.lower_bounds.sum()),
        paths=found.paths.tolist(),
    )
