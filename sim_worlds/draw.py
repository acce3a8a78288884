"""A site as a drawing: floor, aisles and their directions, pods, stations, chargers, robots."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Normal, Stroke
from matplotlib.textpath import TextPath

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.lattice import STEPS
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import PickStation, Point, Site, Zone, ZoneKind

FORMATS = (".svg", ".png", ".pdf")

_FLOOR, _WALL, _INK, _FAINT = "#fbfaf7", "#39424e", "#2b333d", "#7d8794"
_AISLE, _ARROW = "#e9ecef", "#9aa5b1"
_SPOT, _SPOT_EDGE, _POD, _POD_EDGE = "#f4ecdf", "#d9c7a8", "#d9a45b", "#a9752f"
_LANE, _STATION, _EXIT = "#d3e3f5", "#2f6fb3", "#e6eff9"
_CHARGER, _ROBOT = "#2f9e67", "#e4572e"
_ZONES = {
    ZoneKind.NO_GO: ("#c8324a", "xx"),
    ZoneKind.SLOW: ("#d99a00", "//"),
    ZoneKind.ONE_WAY: ("#7b5bb5", ".."),
}
_SMALL_SITE_PODS = 150
"""Up to so many pods are drawn with their names."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Axes in metres of the site, and how large a metre is on paper."""

    site: Site
    roadmap: Roadmap
    axes: Axes
    points_per_m: float

    def of_kind(self, *kinds: NodeKind) -> list[Point]:
        rows = self.roadmap.xy_m[np.isin(self.roadmap.kind, kinds)]
        return [(float(x), float(y)) for x, y in rows]

    def at(self, node: str) -> Point:
        x, y = self.roadmap.xy_m[self.roadmap.index[node]]  # type: ignore[index]
        return float(x), float(y)

    def cells(self, centres: Iterable[Point], size_m: float, round_m: float = 0.0) -> list[Patch]:
        return [_box(centre, size_m, size_m, round_m) for centre in centres]

    def add(self, patches: Sequence[Patch], face: str, edge: str = "none", z: float = 1) -> None:
        collection = PatchCollection(
            patches, facecolor=face, edgecolor=edge, linewidth=0.04 * self.points_per_m, zorder=z
        )
        self.axes.add_collection(collection)

    def write(
        self, centre: Point, text: str, size_m: float, colour: str, z: float = 9, halo: bool = False
    ) -> None:
        words = self.axes.text(
            *centre,
            text,
            fontsize=size_m * self.points_per_m,
            color=colour,
            ha="center",
            va="center_baseline",
            zorder=z,
        )
        if halo:
            outline = Stroke(linewidth=0.12 * self.points_per_m, foreground="white")
            words.set_path_effects([outline, Normal()])


def draw_site(site: Site) -> Figure:
    """The drawing of a site, one metre of floor at most 48 points wide.

    Raises :class:`InvalidSite` if the site cannot be compiled.
    """
    roadmap = compile_roadmap(site)
    corners = np.array(site.floor_m)
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    unit_m = min(0.03 * max(east - west, north - south) + 0.6, (east - west) / 20)
    width_m, height_m = east - west + 2 * unit_m, north - south + 5 * unit_m
    points_per_m = min(48.0, 1500 / width_m, 1500 / height_m)
    figure = Figure(figsize=(width_m * points_per_m / 72, height_m * points_per_m / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(west - unit_m, east + unit_m)
    axes.set_ylim(south - 2 * unit_m, north + 3 * unit_m)
    axes.set_aspect("equal")
    axes.axis("off")
    sheet = _Sheet(site, roadmap, axes, points_per_m)
    for layer in (_floor, _aisles, _pods, _lanes, _chargers, _robots, _zones):
        layer(sheet)
    _title(sheet, (west, north), f"{east - west:g} × {north - south:g} m", unit_m)
    _legend(sheet, (west, south - 1.1 * unit_m), 0.4 * unit_m)
    _scale(sheet, (east, south - 1.1 * unit_m), unit_m)
    return figure


def save_drawing(site: Site, path: Path) -> None:
    """Writes the drawing as SVG, PNG or PDF, by the file's suffix; the same bytes every time.

    Raises :class:`InvalidSite` on another suffix or a site that cannot be compiled.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidSite(
            "cannot draw this kind of file",
            field="out",
            value=path.name,
            remedy=f"End its name with {', '.join(FORMATS)}.",
        )
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
    with mpl.rc_context({"svg.hashsalt": "podherd", "font.family": "DejaVu Sans"}):
        figure = draw_site(site)
        figure.savefig(path, dpi=144, facecolor="white", metadata=undated[suffix])


def _box(centre: Point, width_m: float, height_m: float, round_m: float = 0.0) -> Patch:
    corner = (centre[0] - width_m / 2, centre[1] - height_m / 2)
    if round_m == 0:
        return Rectangle(corner, width_m, height_m)
    style = f"round,pad=0,rounding_size={round_m}"
    return FancyBboxPatch(corner, width_m, height_m, boxstyle=style)


def _floor(sheet: _Sheet) -> None:
    walls = Polygon(
        sheet.site.floor_m,
        facecolor=_FLOOR,
        edgecolor=_WALL,
        linewidth=0.12 * sheet.points_per_m,
        joinstyle="miter",
        zorder=0,
    )
    sheet.axes.add_patch(walls)


def _aisles(sheet: _Sheet) -> None:
    """A band along the aisles, and a chevron on every edge that runs one way."""
    pitch = sheet.site.pitch_m
    sheet.add(sheet.cells(sheet.of_kind(NodeKind.AISLE), pitch), _AISLE, _AISLE)
    roadmap = sheet.roadmap
    chevrons, two_way = [], []
    for start, links in enumerate(roadmap.neighbours):
        for heading, end in enumerate(links):
            if end < 0 or {roadmap.kind[start], roadmap.kind[end]} != {int(NodeKind.AISLE)}:
                continue
            middle = (roadmap.xy_m[start] + roadmap.xy_m[end]) / 2
            if roadmap.neighbours[end, (heading + 2) % 4] < 0:
                chevrons.append(_chevron(middle[0], middle[1], heading, 0.12 * pitch))
            elif heading < 2:
                along = np.array(STEPS[heading]) * 0.16 * pitch
                two_way.append([tuple(middle - along), tuple(middle + along)])
    width = 0.055 * sheet.points_per_m
    for lines in (chevrons, two_way):
        sheet.axes.add_collection(LineCollection(lines, colors=_ARROW, linewidths=width, zorder=2))


def _chevron(x_m: float, y_m: float, heading: int, size_m: float) -> list[Point]:
    east, north = STEPS[heading]
    return [
        (
            x_m + size_m * (along * east - across * north),
            y_m + size_m * (along * north + across * east),
        )
        for along, across in ((-0.6, 1.0), (0.6, 0.0), (-0.6, -1.0))
    ]


def _pods(sheet: _Sheet) -> None:
    """Spots, and the pods on them with their shelves showing as a cross."""
    size = sheet.site.pod_model.size_m
    stored = [sheet.at(node) for node in sheet.roadmap.pods.values()]
    pitch = sheet.site.pitch_m
    sheet.add(sheet.cells(sheet.of_kind(NodeKind.SPOT), 0.94 * pitch), _SPOT, _SPOT_EDGE, 2)
    sheet.add(sheet.cells(stored, size, 0.1 * size), _POD, _POD_EDGE, 3)
    if len(stored) > _SMALL_SITE_PODS:
        return
    covered = set(sheet.roadmap.robots.values())
    for pod, node in sheet.roadmap.pods.items():
        x_m, y_m = sheet.at(node)
        below, size_m = (0.4 * size, 0.13) if node in covered else (0.0, 0.22)
        sheet.write((x_m, y_m - below), pod, size_m, "#5c3d12", 4)


def _lanes(sheet: _Sheet) -> None:
    pitch = sheet.site.pitch_m
    for station in sheet.site.stations:
        sheet.add(sheet.cells(station.queue_m, 0.94 * pitch), _LANE, "none", 2)
        sheet.add(sheet.cells(station.exit_m, 0.94 * pitch), _EXIT, "none", 2)
        sheet.add(sheet.cells([station.position_m], 0.94 * pitch, 0.08), _STATION, "none", 4)
        _lane_arrow(sheet, station)
        sheet.write(station.position_m, station.id, 0.44, "white")


def _lane_arrow(sheet: _Sheet, station: PickStation) -> None:
    """The way through a station, from the aisle before it to the aisle behind it."""
    lane = [*station.queue_m, station.position_m, *station.exit_m]
    before = _aisle_next_to(sheet, lane[0], backward=True)
    after = _aisle_next_to(sheet, lane[-1], backward=False)
    way = [*before, *lane, *after]
    arrow = FancyArrowPatch(
        path=Outline(way),
        arrowstyle="-|>",
        mutation_scale=0.5 * sheet.points_per_m,
        linewidth=0.07 * sheet.points_per_m,
        color=_STATION,
        fill=True,
        capstyle="round",
        joinstyle="round",
        shrinkA=0,
        shrinkB=0.2 * sheet.points_per_m,
        zorder=3,
    )
    sheet.axes.add_patch(arrow)


def _aisle_next_to(sheet: _Sheet, point: Point, backward: bool) -> list[Point]:
    roadmap = sheet.roadmap
    node = roadmap.nearest(*point)
    if backward:
        beside = np.flatnonzero((roadmap.neighbours == node).any(axis=1))
    else:
        beside = roadmap.neighbours[node][roadmap.neighbours[node] >= 0]
    aisles = [i for i in beside if roadmap.kind[i] == NodeKind.AISLE]
    return [(float(roadmap.xy_m[i, 0]), float(roadmap.xy_m[i, 1])) for i in aisles[:1]]


def _chargers(sheet: _Sheet) -> None:
    pitch = sheet.site.pitch_m
    places = [charger.position_m for charger in sheet.site.chargers]
    sheet.add(sheet.cells(places, 0.86 * pitch, 0.14 * pitch), "#dff3e8", _CHARGER, 4)
    sheet.add([Polygon(_bolt(place, 0.3 * pitch)) for place in places], _CHARGER, "none", 5)


def _bolt(centre: Point, size_m: float) -> list[Point]:
    shape = ((0.15, 1.0), (-0.6, -0.15), (-0.08, -0.15), (-0.15, -1.0), (0.6, 0.15), (0.08, 0.15))
    return [(centre[0] + size_m * x, centre[1] + size_m * y) for x, y in shape]


def _robots(sheet: _Sheet) -> None:
    """A robot beneath a pod is drawn on top of it: this is a map, not a photograph."""
    bodies, noses = [], []
    for robot in sheet.site.robots:
        kind = sheet.site.type_of(robot)
        length, width = 0.7 * kind.length_m, 0.7 * kind.width_m
        centre = (robot.start_m[0], robot.start_m[1] + 0.05)
        bodies.append(_box(centre, length, width, 0.3 * width))
        noses.append(Circle((centre[0] + 0.38 * length, centre[1]), 0.06 * length))
        if sheet.site.pod_count <= _SMALL_SITE_PODS:
            sheet.write((centre[0] - 0.06 * length, centre[1]), robot.id, 0.18, "white")
    sheet.add(bodies, _ROBOT, "white", 6)
    sheet.add(noses, "white", "none", 7)


def _zones(sheet: _Sheet) -> None:
    for zone in sheet.site.zones:
        colour, hatch = _ZONES[zone.kind]
        area = Polygon(zone.polygon_m, facecolor=colour, alpha=0.13, edgecolor="none", zorder=7)
        border = Polygon(
            zone.polygon_m,
            facecolor="none",
            edgecolor=colour,
            hatch=hatch,
            linewidth=0.05 * sheet.points_per_m,
            alpha=0.7,
            zorder=7,
        )
        sheet.axes.add_patch(area)
        sheet.axes.add_patch(border)
        centre = shapely.Polygon(zone.polygon_m).representative_point()
        sheet.write((centre.x, centre.y), _zone_caption(zone), 0.36, colour, halo=True)


def _zone_caption(zone: Zone) -> str:
    rule = zone.kind.replace("_", "-")
    if zone.max_speed_mps is not None:
        rule = f"{zone.max_speed_mps:g} m/s"
    if zone.heading_rad is not None:
        rule = f"one-way {math.degrees(zone.heading_rad):.0f}°"
    return f"{zone.id}: {rule}"


def _title(sheet: _Sheet, corner_m: Point, size: str, unit_m: float) -> None:
    """Name and figures of the site, above its north-west corner."""
    site = sheet.site
    figures = (
        _counted(len(site.robots), "robot"),
        _counted(len(site.stations), "station"),
        f"{_counted(site.pod_count, 'pod')} on {_counted(len(sheet.roadmap.spots), 'spot')}",
        _counted(len(site.chargers), "charger"),
        size,
    )
    points = 0.44 * unit_m * sheet.points_per_m
    west, north = corner_m
    name = sheet.axes.text(west, north + 1.5 * unit_m, site.name, fontsize=1.6 * points)
    name.set(color=_INK, weight="bold")
    line = " · ".join(figures)
    sheet.axes.text(west, north + 0.7 * unit_m, line, fontsize=points, color=_FAINT)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _legend(sheet: _Sheet, start_m: Point, size_m: float) -> None:
    signs = (
        ("pod", _POD, _POD_EDGE),
        ("free spot", _SPOT, _SPOT_EDGE),
        ("queue", _LANE, "none"),
        ("station", _STATION, "none"),
        ("charger", "#dff3e8", _CHARGER),
        ("robot", _ROBOT, "none"),
    )
    x_m, y_m = start_m
    for name, face, edge in signs:
        sheet.add([_box((x_m + size_m / 2, y_m), size_m, size_m, 0.15 * size_m)], face, edge)
        points = 0.85 * size_m * sheet.points_per_m
        x_m += 1.4 * size_m
        sheet.axes.text(x_m, y_m, name, fontsize=points, color=_FAINT, va="center_baseline")
        width = TextPath((0, 0), name, size=points).get_extents().width
        x_m += width / sheet.points_per_m + 1.3 * size_m


def _scale(sheet: _Sheet, end_m: Point, unit_m: float) -> None:
    """A bar of 1, 2 or 5 times a power of ten metres, at most a sixth of the floor."""
    east, y_m = end_m
    corners = np.array(sheet.site.floor_m)
    most = float(np.ptp(corners[:, 0])) / 6
    power = 10.0 ** math.floor(math.log10(most))
    length = max(step * power for step in (1, 2, 5) if step * power <= most)
    tick = 0.16 * unit_m
    bar = [[(east - length, y_m + tick), (east - length, y_m)], [(east, y_m), (east, y_m + tick)]]
    bar.append([(east - length, y_m), (east, y_m)])
    width = 0.07 * unit_m * sheet.points_per_m
    sheet.axes.add_collection(LineCollection(bar, colors=_INK, linewidths=width, zorder=9))
    middle = (east - length / 2, y_m - 0.32 * unit_m)
    sheet.write(middle, f"{length:g} m", 0.36 * unit_m, _INK)
