"""``podherd site sdf``: a Gazebo world from a site file."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from planner.warehouse.errors import InvalidWorld, PodherdError
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from sim_worlds.sdf.elements import Flavour
from sim_worlds.sdf.options import WorldOptions
from sim_worlds.sites.catalogue import load_site

BRIDGE_FILE = "bridge.yaml"
EVERY = "all"

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def sdf(
    site: Annotated[
        str, typer.Argument(metavar="SITE", help="A site file, or a shipped site such as small.")
    ],
    flavour: Annotated[Flavour, typer.Option(help="For Gazebo Classic 11 or for gz sim.")] = (
        Flavour.CLASSIC
    ),
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("world"),
    tags: Annotated[bool, typer.Option(help="Fiducials on pods and floor, labels at slots.")] = (
        True
    ),
    lidar: Annotated[
        str, typer.Option(metavar="ROBOTS", help="Who has a lidar: R01,R02 or all.")
    ] = "",
    camera: Annotated[
        str, typer.Option(metavar="ROBOTS", help="Who has a camera to the left: R01,R02 or all.")
    ] = "",
) -> None:
    """Write a site as a Gazebo world: world.sdf, its pictures, for gz sim also bridge.yaml."""
    try:
        found = load_site(site)
        options = WorldOptions(
            marks=tags,
            labels=tags,
            lidars=_robots(found, lidar),
            cameras=_robots(found, camera),
        )
        file = _written(found, flavour, options, out)
    except PodherdError as error:
        _fail(error)
    except OSError as error:
        _fail(InvalidWorld(f"cannot write: {error.strerror}", field="out", value=str(out)))
    reader = "Gazebo Classic 11" if _is_classic(flavour) else "gz sim"
    _out.print(
        f"[green]✓[/] {_plain(str(file))}: {len(found.robots)} robots, {found.pod_count} pods, "
        f"{len(found.stations)} stations, for {reader}"
    )


def _written(site: Site, flavour: Flavour, options: WorldOptions, folder: Path) -> Path:
    # What draws pictures takes half a second to import: only here.
    from sim_worlds.sdf.bridge import bridge_config
    from sim_worlds.sdf.world import classic_world, current_world

    columns = (TextColumn("pictures"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=_err, transient=True) as progress:
        bar = progress.add_task("pictures", total=None)
        make = classic_world if _is_classic(flavour) else current_world
        file = make(
            site,
            options,
            folder,
            lambda done, of: progress.update(bar, completed=done, total=of),
        )
    if not _is_classic(flavour):
        (folder / BRIDGE_FILE).write_text(bridge_config(site, options), encoding="utf-8")
    return file


def _robots(site: Site, words: str) -> tuple[RobotId, ...]:
    """Names with commas between them, ``all``, or nothing."""
    if words.strip() == EVERY:
        return tuple(robot.id for robot in site.robots)
    return tuple(RobotId(word.strip()) for word in words.split(",") if word.strip())


def _is_classic(flavour: Flavour) -> bool:
    return flavour is Flavour.CLASSIC


def _plain(text: str) -> str:
    """Text of the user's, so that ``robots[0]`` is not taken for markup."""
    return text.replace("[", r"\[")


def _fail(error: PodherdError) -> NoReturn:
    _err.print(f"[red]✗[/] {_plain(str(error))}")
    raise typer.Exit(1)
