"""``podherd drones``: drones over a site whose pods stand still."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from planner.flight.airspace import Position
from planner.flight.enclosure import over_stations, spread_pads
from planner.roadmap.geometry import checked_roadmap
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import RobotId
from sim_worlds.drones.draw import draw_flights, save_flights
from sim_worlds.drones.fleet import DroneFleet, SiteDrone, stored_at_start
from sim_worlds.looks import FlownLook
from sim_worlds.sites.catalogue import load_site

app = typer.Typer(help="Drones that count, over a simulated site.", no_args_is_help=True)
_out = Console(highlight=False, soft_wrap=True, markup=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
_TRACK_MS = 500


@app.callback()
def drones() -> None:
    """Drones that count, over a simulated site."""


@app.command()
def fly(
    site: Annotated[str, typer.Argument(help="A site file, or the name of a shipped site.")],
    drones: Annotated[int, typer.Option(min=1, help="How many.")] = 2,
    minutes: Annotated[int, typer.Option(min=1, help="Of the site's time.")] = 15,
    seed: Annotated[int, typer.Option(help="Of gusts, paces and links.")] = 0,
    draw: Annotated[Path | None, typer.Option(help="Draw the flights: .png, .svg or .pdf.")] = None,
) -> None:
    """Look at the faces of all pods of a site. Pads are spread over free cells, and nobody flies
    over stations."""
    if draw is not None and draw.suffix not in (".png", ".svg", ".pdf"):
        raise typer.BadParameter("give .png, .svg or .pdf", param_hint="--draw")
    try:
        _fly(site, drones, minutes, seed, draw)
    except InvalidSite as error:
        _err.print(str(error))
        raise typer.Exit(1) from error


def _fly(name: str, drones: int, minutes: int, seed: int, draw: Path | None) -> None:
    site = load_site(name)
    roadmap = checked_roadmap(site)
    boxes = over_stations(site)
    pads = spread_pads(site, drones, boxes)
    fleet = DroneFleet(
        site,
        [SiteDrone(RobotId(f"D{number}"), pad) for number, pad in enumerate(pads, start=1)],
        boxes,
        seed=seed,
    )
    stored = stored_at_start(roadmap)
    fleet.want(dict.fromkeys(stored, 1.0))
    looks: list[FlownLook] = []
    tracks: dict[RobotId, list[tuple[int, Position]]] = {drone: [] for drone in fleet.bodies}
    for at_ms in range(_TRACK_MS, minutes * 60_000 + 1, _TRACK_MS):
        news = fleet.advance(at_ms, stored)
        looks += news.looks
        for alarm in news.alarms:
            _out.print(f"{at_ms / 60_000:6.1f} min  {alarm.drone}: {alarm.trouble}")
        for drone, body in fleet.bodies.items():
            tracks[drone].append((at_ms, body.place))
    for drone, body in fleet.bodies.items():
        seen = sum(look.robot == drone for look in looks)
        charge = body.battery_wh / body.kind.battery_wh
        phase = fleet.sky.missions[drone].phase
        _out.print(f"{drone}: {seen} faces, {body.metres:,.0f} m, battery {charge:.0%}, {phase}")
    left, beyond = len(fleet.wanted), len(fleet.out_of_reach)
    _out.print(f"{len(looks)} of {len(stored)} faces; {left} left, {beyond} of them out of reach")
    _out.print(f"incidents: {len(fleet.referee.incidents)}")
    if draw is not None:
        save_flights(draw_flights(site, boxes, pads, tracks, looks), draw)
        _out.print(f"written to {draw}")


if __name__ == "__main__":
    app()
