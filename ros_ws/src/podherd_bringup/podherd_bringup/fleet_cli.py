"""``podherd fleet``: stops, people on the floor, and robots of a fleet that is running."""

import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from planner.warehouse.errors import PodherdError
from podherd_bringup.environment import ros_environment
from podherd_bringup.run_folder import RunFolder

app = typer.Typer(
    help="Stop robots, walk onto the floor, take robots in: asks a running fleet.",
    no_args_is_help=True,
)

Run = Annotated[
    Path | None, typer.Option(help="Folder of the run; without, the fleet of ROS_DOMAIN_ID.")
]
Corners = Annotated[
    str, typer.Option("--zone", help="Corners in metres: '1,2 5,2 5,6 1,6'. Without: the site.")
]


class Step(StrEnum):
    """What a person wants."""

    REQUEST = "request"
    ENTER = "enter"
    LEAVE = "leave"


@app.command()
def stop(
    name: Annotated[str, typer.Argument(help="What to call the stop.")],
    robots: Annotated[list[str] | None, typer.Option("--robot", help="Only these.")] = None,
    zone: Corners = "",
    run: Run = None,
) -> None:
    """Stop robots, a zone or (without options) the site."""
    x_m, y_m = _corners(zone)
    scope = "robot" if robots else "zone" if zone else "site"
    fields = {"stop_id": name, "engaged": True, "scope": scope, "robot_ids": robots or []}
    _ask("stop", {**fields, "x_m": x_m, "y_m": y_m}, run)


@app.command()
def go(
    name: Annotated[str, typer.Argument(help="What the stop was called.")], run: Run = None
) -> None:
    """Lift a stop."""
    _ask("stop", {"stop_id": name, "engaged": False}, run)


@app.command()
def entry(
    step: Annotated[Step, typer.Argument(help="request, then enter, then leave.")],
    name: Annotated[str, typer.Argument(help="What to call the entry.")],
    zone: Corners = "",
    run: Run = None,
) -> None:
    """Walk into an area: request it (again to see how far it is), enter, leave."""
    x_m, y_m = _corners(zone)
    _ask("entry", {"entry_id": name, "step": step.value, "x_m": x_m, "y_m": y_m}, run)


@app.command()
def robot(
    name: Annotated[str, typer.Argument(help="Id of the robot.")],
    member: Annotated[bool, typer.Option("--join/--leave", help="In, or out.")] = True,
    kind: Annotated[str, typer.Option("--type", help="A robot type of the site.")] = "",
    run: Run = None,
) -> None:
    """Take a robot into the fleet, or out of it; once it is silent, --leave strikes it off."""
    _ask("robot", {"robot_id": name, "member": member, "robot_type": kind}, run)


def _ask(service: str, fields: dict[str, object], run: Path | None) -> None:
    asked = subprocess.run(
        (sys.executable, "-m", "podherd_fleet.asking"),
        input=json.dumps({"service": service, "fields": fields}),
        env=ros_environment(os.environ, _domain(run)),
        text=True,
        check=False,
    )
    raise typer.Exit(asked.returncode)


def _domain(run: Path | None) -> int:
    if run is None:
        return int(os.environ.get("ROS_DOMAIN_ID", "0"))
    folder = RunFolder(run)
    if not folder.domain.exists():
        raise typer.BadParameter(f"{run} is not the folder of a run with ROS 2.")
    return int(folder.domain.read_text())


def _corners(zone: str) -> tuple[list[float], list[float]]:
    try:
        pairs = [tuple(map(float, corner.split(","))) for corner in zone.split()]
        return [x for x, _ in pairs], [y for _, y in pairs]
    except ValueError as error:
        problem = PodherdError(
            "not the corners of a zone", field="zone", value=zone, remedy="Write '1,2 5,2 5,6'."
        )
        raise typer.BadParameter(str(problem)) from error


if __name__ == "__main__":
    app()
