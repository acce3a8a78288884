"""``podherd site tune``: lanes for the robots of a site, found at leisure and proved."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from planner.mapf.guidance import Guidance
from planner.mapf.sitelanes import SITE_CONTRAFLOW, Traffic, site_lanes
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.distances import Pace
from planner.warehouse.errors import InvalidGuidance, InvalidSite
from planner.warehouse.site import Site
from sim_worlds.league.terminal import ERR, OUT, reported
from sim_worlds.run import run_shift
from sim_worlds.shift import generated_shift, with_robots
from sim_worlds.site_guidance import write_site_guidance
from sim_worlds.site_race import Entrant, Race, RaceParams, Trial, Tried, Verdict
from sim_worlds.sites.catalogue import load_site

STRENGTHS = (100.0, 300.0, 1_000.0, 3_000.0)
"""Repulsions tried. Robots of a site are few for its edges, a hundredth of one and less on each at
a time; so these are far above those of the League's crowded floors."""

Told = Callable[[float, str], None]
"""Is called with the seconds gone and what is done."""


def tune(
    site: Annotated[
        str, typer.Argument(metavar="SITE", help="A site file, or a shipped site such as small.")
    ],
    robots: Annotated[int | None, typer.Option(help="How many; those of the site.")] = None,
    orders: Annotated[int, typer.Option(min=1, help="Of each trial shift.")] = 20,
    seconds: Annotated[float, typer.Option(help="CPU time to spend, proofs included.")] = 300.0,
    seed: Annotated[int, typer.Option(min=0, help="Of all random choices.")] = 1,
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("guidance.json"),
) -> None:
    """Look for lanes by which robots get more done; none are written where none are proved to.

    The file is for podherd simulate --guidance. Every strength has one trial at least and a winner
    its proof, however short the time.
    """
    with reported():
        _check(seconds, output)
        floor = load_site(site)
        if robots is not None:
            floor = with_robots(floor, robots)
        verdict = _watched(floor, orders, seconds, seed)
        write_site_guidance(verdict, floor, output)
    OUT.print(_table(verdict.tried))
    gained = f"{verdict.gain:+.1%} ± {verdict.error:.1%} lines per hour on unseen shifts"
    if verdict.guidance is None:
        OUT.print(f"no lanes: none proved better ({gained})")
    else:
        OUT.print(f"[green]✓[/] lanes: repulsion {verdict.repulsion:g}, {gained}")


def tuned_within(
    site: Site,
    orders: int,
    seconds: float,
    seed: int,
    clock: Callable[[], float],
    told: Told = lambda *_: None,
    params: RaceParams | None = None,
) -> Verdict:
    """Race until ``seconds`` of ``clock`` are just enough to prove the winner, then prove it.

    A trial or the search for lanes is not interrupted.
    """
    began_s = clock()
    entrants = []
    for strength in STRENGTHS:
        told(clock() - began_s, f"looking for lanes, repulsion {strength:g}")
        entrants.append(Entrant(strength, lanes_of(site, strength, seed)))
    race = Race(
        entrants,
        lambda lanes, shift: trial(site, orders, lanes, shift),
        params or RaceParams(),
        seed,
    )
    raced_s = clock()
    for trials in race.halve():
        now_s = clock()
        told(now_s - began_s, f"{trials} trials")
        proof_s = 2 * race.params.proofs * (now_s - raced_s) / trials
        if trials >= race.first_heat and now_s - began_s + proof_s > seconds:
            break
    return race.prove(
        lambda proofs: told(clock() - began_s, f"{race.trials} trials, proof {proofs}")
    )


def lanes_of(site: Site, repulsion: float, seed: int) -> Guidance:
    """Lanes for the site's robots, as the first robot type drives."""
    kind = site.robot_types[0]
    paces = (Pace.of(kind, loaded=False), Pace.of(kind, loaded=True))
    traffic = Traffic(compile_roadmap(site), site.pitch_m, paces, len(site.robots))
    return site_lanes(traffic, replace(SITE_CONTRAFLOW, repulsion=repulsion), seed)


def trial(site: Site, orders: int, lanes: Guidance | None, seed: int) -> Trial:
    """A shift whose orders are all there from the start, so that robots are never out of work."""
    drawn = generated_shift(site, orders, seed)
    at_once = tuple(replace(timed, at_ms=0) for timed in drawn.orders)
    outcome = run_shift(replace(drawn, orders=at_once, guidance=lanes))
    kpis = outcome.kpis
    well = not outcome.violations and not outcome.unfinished
    busy_s = kpis.robot_utilisation * len(site.robots) * kpis.elapsed_s
    return Trial(kpis.lines_per_h if well else 0.0, busy_s / max(1, kpis.lines_picked))


def _check(seconds: float, output: Path) -> None:
    if not 0 < seconds < float("inf"):
        raise InvalidSite("should be more than 0", field="seconds", value=seconds)
    if not output.absolute().parent.is_dir():
        raise InvalidGuidance("no such folder", field="output", value=str(output))


def _watched(site: Site, orders: int, seconds: float, seed: int) -> Verdict:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=ERR) as bar:
        task = bar.add_task(site.name, total=seconds)

        def told(gone_s: float, words: str) -> None:
            bar.update(task, completed=gone_s, description=words)

        return tuned_within(site, orders, seconds, seed, process_time, told)


def _table(tried: tuple[Tried, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("repulsion", "trials", "lines per hour", "robot seconds per line"):
        table.add_column(column, justify="right")
    for row in tried:
        strength = f"{row.repulsion:g}" if row.repulsion else "no lanes"
        rate, busy = f"{row.lines_per_h:.0f}", f"{row.robot_s_per_line:.1f}"
        table.add_row(strength, str(row.trials), rate, busy)
    return table
