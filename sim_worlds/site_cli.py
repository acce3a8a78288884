"""``podherd site``: check, draw and generate site files; lanes for their robots; Gazebo worlds."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from planner.codec.sitefile import dump_site, schema_text
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.geometry import check_site
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Site
from sim_worlds.sdf.cli import sdf
from sim_worlds.site_tune import tune
from sim_worlds.sites.catalogue import load_site
from sim_worlds.sites.grid import GridPlan, grid_site

app = typer.Typer(help="Check, draw, generate and tune sites.", no_args_is_help=True)
app.command()(tune)
app.command()(sdf)

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

SiteArgument = Annotated[
    str, typer.Argument(metavar="SITE", help="A site file, or a shipped site such as small.")
]


@app.command()
def check(site: SiteArgument) -> None:
    """Tell every problem of a site; exit code 1 if there are any."""
    found = _loaded(site)
    problems = check_site(found)
    for problem in problems:
        _err.print(f"[red]✗[/] {_plain(str(problem))}")
    if problems:
        raise typer.Exit(1)
    roadmap = compile_roadmap(found)
    edges = int((roadmap.neighbours >= 0).sum())
    _out.print(
        f"[green]✓[/] {found.name}: {len(found.robots)} robots, {len(found.stations)} stations, "
        f"{found.pod_count} pods on {len(roadmap.spots)} spots, {len(found.chargers)} chargers; "
        f"{len(roadmap.nodes)} nodes, {edges} edges. Every pod reaches every station and back."
    )


@app.command()
def draw(
    site: SiteArgument,
    out: Annotated[Path, typer.Option(help="Where to write: .svg, .png or .pdf.")] = Path(
        "site.svg"
    ),
) -> None:
    """Draw a site from above."""
    # Matplotlib takes a second to import: only here.
    from sim_worlds.draw import save_drawing

    try:
        save_drawing(_loaded(site), out)
    except InvalidSite as error:
        _fail(error)
    except OSError as error:
        _fail(InvalidSite(f"cannot write: {error.strerror}", field="out", value=str(out)))
    _out.print(f"[green]✓[/] {_plain(str(out))}")


@app.command()
def grid(
    robots: Annotated[int, typer.Option(help="Robots; the rest follows unless given.")] = 10,
    blocks_east: Annotated[int | None, typer.Option(help="Storage blocks side by side.")] = None,
    blocks_north: Annotated[int | None, typer.Option(help="Storage blocks behind another.")] = None,
    block_columns: Annotated[int | None, typer.Option(help="Pod spots along a block.")] = None,
    stations: Annotated[int | None, typer.Option(help="Pick stations.")] = None,
    chargers: Annotated[int | None, typer.Option(help="Charging places.")] = None,
    pods: Annotated[int | None, typer.Option(help="Pods; else 15 of 16 spots.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the site.")] = None,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("site.json"),
) -> None:
    """Write a rectangular floor for so many robots."""
    try:
        plan = GridPlan.for_robots(
            robots,
            name=name,
            blocks_east=blocks_east,
            blocks_north=blocks_north,
            block_columns=block_columns,
            stations=stations,
            chargers=chargers,
            pods=pods,
        )
        site = grid_site(plan)
        out.write_bytes(dump_site(site))
    except InvalidSite as error:
        _fail(error)
    except OSError as error:
        _fail(InvalidSite(f"cannot write: {error.strerror}", field="out", value=str(out)))
    _out.print(
        f"[green]✓[/] {_plain(str(out))}: {len(site.robots)} robots, "
        f"{len(site.stations)} stations, {site.pod_count} pods on {plan.spots} spots"
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of site files."""
    typer.echo(schema_text(), nl=False)


def _loaded(name_or_path: str) -> Site:
    try:
        return load_site(name_or_path)
    except InvalidSite as error:
        _fail(error)


def _plain(text: str) -> str:
    """Text of the user's, so that ``stations[0]`` is not taken for markup."""
    return text.replace("[", r"\[")


def _fail(error: InvalidSite) -> NoReturn:
    _err.print(f"[red]✗[/] {_plain(str(error))}")
    raise typer.Exit(1)
