"""Flights as a drawing: the ways over the site's plan, and how high the drones were."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from planner.flight.airspace import NoFlyBox, Pad, Position
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from sim_worlds.draw import draw_site
from sim_worlds.looks import FlownLook

Track = Sequence[tuple[int, Position]]
"""Times (ms) and places of one drone."""
_COLOURS = ("#6a3fb5", "#007f8c", "#b5306a", "#3f6a00", "#8c4a00", "#003f9e")
_BOX = "#c8324a"
_POINTS = 16
_PROFILE = 0.22
"""Share of the height for the altitudes."""


def draw_flights(
    site: Site,
    boxes: Sequence[NoFlyBox],
    pads: Sequence[Pad],
    tracks: Mapping[RobotId, Track],
    looks: Sequence[FlownLook],
) -> Figure:
    """Ways, places looked from (dots), pads (squares) and no-fly boxes (hatched) over the plan;
    below it the altitudes over time."""
    figure = draw_site(site)
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height / (1 - _PROFILE))
    plan = figure.axes[0]
    plan.set_position((0, _PROFILE, 1, 1 - _PROFILE))
    profile = figure.add_axes((0.06, 0.05, 0.92, _PROFILE - 0.06))
    for box in boxes:
        plan.add_patch(
            Polygon(
                box.polygon_m, facecolor="none", edgecolor=_BOX, hatch="xx", alpha=0.6, zorder=8
            )
        )
    for pad in pads:
        plan.plot(*pad.place[:2], "s", color="#222222", markersize=9, zorder=11)
    for number, (drone, track) in enumerate(tracks.items()):
        _draw_track(plan, profile, drone, track, looks, _COLOURS[number % len(_COLOURS)])
    profile.set_xlabel("minutes", fontsize=_POINTS)
    profile.set_ylabel("m above the floor", fontsize=_POINTS)
    profile.tick_params(labelsize=_POINTS)
    profile.set_ylim(bottom=0)
    profile.legend(loc="upper right", ncols=len(tracks), frameon=False, fontsize=_POINTS)
    return figure


def save_flights(figure: Figure, path: Path) -> None:
    """As .png, .svg or .pdf."""
    figure.savefig(path, dpi=72, facecolor="white")


def _draw_track(
    plan: Axes, profile: Axes, drone: RobotId, track: Track, looks: Sequence[FlownLook], colour: str
) -> None:
    xs, ys, zs = zip(*(place for _, place in track), strict=True)
    plan.plot(xs, ys, color=colour, linewidth=1.6, alpha=0.85, zorder=10)
    own = [look for look in looks if look.robot == drone]
    plan.plot([look.x_m for look in own], [look.y_m for look in own], "o", color=colour, zorder=11)
    profile.plot([at_ms / 60_000 for at_ms, _ in track], zs, color=colour, label=drone)
