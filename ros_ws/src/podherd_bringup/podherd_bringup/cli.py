"""``podherd``: the one command line of the project."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from planner.warehouse.errors import PodherdError
from podherd_bringup.demo import DemoSettings, run_demo
from podherd_bringup.faults import SPEED as FAULTY_SPEED
from podherd_bringup.fleet_cli import app as fleet_app
from podherd_bringup.opening import has_display
from podherd_bringup.tryton_server import POSTGRES_VARIABLE
from sim_worlds import cli as simulation
from sim_worlds.counting.cli import app as count_app
from sim_worlds.drones.cli import app as drones_app
from sim_worlds.film import cli as film
from sim_worlds.league.cli import app as mapf_app
from sim_worlds.site_cli import app as site_app
from sim_worlds.whatif import cli as what_if
from vision.cli import app as vision_app
from vision.rfid.cli import app as rfid_app
from wms_bridge import cli as bridge
from wms_bridge.epcis.cli import app as epcis_app
from wms_bridge.main import DEFAULT_PORT

app = typer.Typer(
    help="Runs goods-to-person robot fleets.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
bridge.add_to(app)
simulation.add_to(app)
film.add_to(app)
what_if.add_to(app)
app.add_typer(site_app, name="site")
app.add_typer(mapf_app, name="mapf")
app.add_typer(fleet_app, name="fleet")
app.add_typer(rfid_app, name="rfid")
app.add_typer(vision_app, name="vision")
app.add_typer(count_app, name="count")
app.add_typer(drones_app, name="drones")
app.add_typer(epcis_app, name="epcis")

_CONSOLE = Console(highlight=False, soft_wrap=True)
_ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def demo(
    site: Annotated[str, typer.Option(help="A shipped site or a site file.")] = "small",
    robots: Annotated[int | None, typer.Option(help="How many; those of the site.")] = None,
    orders: Annotated[str, typer.Option(help="How many, or an order file (CSV).")] = "200",
    speed: Annotated[str, typer.Option(help="max, or a factor; max, 10 with --faults.")] = "",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    world: Annotated[str, typer.Option(help="What they drive in: fast or gazebo.")] = "fast",
    day: Annotated[datetime | None, typer.Option(help="Only this day of the file.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only so many orders of the file.")] = None,
    receipts: Annotated[float, typer.Option(help="Share of the stock that comes in.")] = 0.15,
    arms: Annotated[int | None, typer.Option(help="Stations with a robot arm; 1 of more.")] = None,
    wms: Annotated[str, typer.Option(help="webhook, or tryton: a real one.")] = "webhook",
    tryton_db: Annotated[str, typer.Option(help="Its: sqlite or postgresql.")] = "sqlite",
    faults: Annotated[bool, typer.Option("--faults", help="Things go wrong.")] = False,
    show: Annotated[bool, typer.Option(help="Open the console, if there is a desktop.")] = True,
    port: Annotated[int, typer.Option(help="Of the bridge and its console.")] = DEFAULT_PORT,
    runs: Annotated[Path, typer.Option(help="Folder for the files of runs.")] = Path("var"),
) -> None:
    """Run a whole shift: orders and goods, ROS 2 robots, people and arms, confirmations."""
    # The end of a terminal session ends the run in order, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    default_speed = FAULTY_SPEED if faults else "max"
    with _in_order():
        settings = DemoSettings(
            *(site, robots, orders, speed or default_speed, seed, world),
            day=day and day.date(),
            limit=limit,
            port=port,
            runs=runs,
            receipts=receipts,
            arms=arms,
            wms=wms,
            tryton_db=tryton_db,
            postgres=os.environ.get(POSTGRES_VARIABLE, ""),
            faults=faults,
            show_console=show and has_display(),
        )
        verdict = run_demo(settings, _CONSOLE)
    if verdict.complaints:
        raise typer.Exit(1)


@contextmanager
def _in_order() -> Iterator[None]:
    try:
        yield
    except PodherdError as error:
        _ERRORS.print(str(error), markup=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        _ERRORS.print("stopped")
        raise typer.Exit(130) from None
