"""A run from above as an animated GIF: on the left what is planned, on the right what is driven."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import cos, sin
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from planner.warehouse.ids import RobotId
from planner.warehouse.site import Point, RobotType
from planner.warehouse.view import FloorView, RobotView
from sim_worlds.film.recording import FloatArray, Recording

_PAPER, _FLOOR, _AISLE, _INK = "#fbfaf7", "#ffffff", "#e9ecef", "#2b333d"
_POD, _POD_EDGE, _STATION, _CHARGER = "#e8c796", "#a9752f", "#9cc0e6", "#9fd6b8"
_ROBOTS = ("#e4572e", "#2f6fb3", "#2f9e67", "#7b5bb5", "#d99a00", "#0f8b8d", "#c8324a", "#5b6770")
_FINE = 2
"""Drawn so many times larger and then reduced, for smooth edges."""
_TRAIL_MS = 15_000
_GAP = 0.04
_TITLE_PX = 22


@dataclass(frozen=True, slots=True)
class Frames:
    """``width_px`` of the picture; ``every`` tick is a frame, shown for ``show_ms``."""

    width_px: int = 900
    every: int = 1
    show_ms: int = 100


def write_gif(
    recording: Recording, path: Path, frames: Frames, tell: Callable[[int], None]
) -> None:
    """Draw and write; ``tell`` is called with the number of frames done."""
    sheet = _Sheet(recording, frames.width_px)
    pictures = []
    for count, view in enumerate(recording.views[:: frames.every], start=1):
        pictures.append(
            sheet.frame(view).quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        )
        tell(count)
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        duration=frames.show_ms,
        loop=0,
        optimize=True,
    )


class _Sheet:
    """Two maps of the floor side by side."""

    def __init__(self, recording: Recording, width_px: int):
        self._recording = recording
        site = recording.site
        corners = np.array(site.floor_m)
        self._low, high = corners.min(axis=0), corners.max(axis=0)
        self._scale = _FINE * width_px * (1 - 3 * _GAP) / 2 / float(high[0] - self._low[0])
        self._gap = _FINE * width_px * _GAP
        self._map = (high - self._low) * self._scale
        self._title = _TITLE_PX * _FINE
        self._size = (
            _FINE * width_px,
            int(self._map[1] + self._title + 2 * self._gap),
        )
        self._colours = {
            robot: _ROBOTS[number % len(_ROBOTS)] for number, robot in enumerate(recording.robots)
        }
        first = site.robot_types[0]
        self._types: dict[RobotId, RobotType] = dict.fromkeys(recording.robots, first)
        self._types.update((robot.id, site.type_of(robot)) for robot in site.robots)
        self._font = ImageFont.load_default(_FINE * 13)
        self._back = self._background()

    def frame(self, view: FloorView) -> Image.Image:
        """One picture."""
        picture = self._back.copy()
        draw = ImageDraw.Draw(picture)
        for side in (0, 1):
            for pod in view.pods:
                self._pod(draw, side, (pod.x_m, pod.y_m), 0.0)
        for robot in view.robots:
            self._planned(draw, robot)
            self._driven(draw, robot, view.at_ms)
        seconds = view.at_ms // 1000
        clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        self._write(draw, (self._size[0] / 2, self._title / 2 + self._gap / 2), clock)
        return picture.resize(
            (self._size[0] // _FINE, self._size[1] // _FINE), Image.Resampling.LANCZOS
        )

    def _background(self) -> Image.Image:
        picture = Image.new("RGB", self._size, _PAPER)
        draw = ImageDraw.Draw(picture)
        site, cell = self._recording.site, self._recording.site.pitch_m
        driven = "driven (the world)" if self._recording.truth else "driven (the robots' reports)"
        for side, title in ((0, "planned: base and horizon"), (1, driven)):
            self._polygon(draw, side, site.floor_m, _FLOOR, _INK)
            for aisle in site.aisles:
                for start, end in pairwise(aisle.points_m):
                    self._line(draw, side, [start, end], _AISLE, 0.5 * cell)
            for station in site.stations:
                self._box(draw, side, station.position_m, (cell, cell), 0.0, _STATION, None)
            for charger in site.chargers:
                self._box(draw, side, charger.position_m, (cell, cell), 0.0, _CHARGER, None)
            middle = self._gap + side * (self._map[0] + self._gap) + self._map[0] / 2
            quarter = middle - self._map[0] / 4 if side == 0 else middle + self._map[0] / 8
            self._write(draw, (quarter, self._title / 2 + self._gap / 2), title)
        return picture

    def _planned(self, draw: ImageDraw.ImageDraw, robot: RobotView) -> None:
        colour = self._colours.get(robot.robot, _INK)
        here = (robot.x_m, robot.y_m)
        base = [here, *robot.base]
        for start, end in _dashes([base[-1], *robot.horizon]):
            self._line(draw, 0, [start, end], colour, 0.06)
        self._line(draw, 0, base, colour, 0.16)
        kind = self._types[robot.robot]
        size = (kind.length_m, kind.width_m)
        self._box(draw, 0, here, size, robot.theta_rad, colour, _INK)

    def _driven(self, draw: ImageDraw.ImageDraw, robot: RobotView, at_ms: int) -> None:
        rows = self._recording.driven.get(robot.robot)
        if rows is None:
            return
        until = rows[rows[:, 0] <= at_ms]
        if not len(until):
            return
        colour, kind = self._colours[robot.robot], self._types[robot.robot]
        trail = until[until[:, 0] > at_ms - _TRAIL_MS]
        self._line(draw, 1, [(x, y) for x, y in trail[:, 1:3].tolist()], colour, 0.08)
        place = _place(until)
        if robot.load:
            self._pod(draw, 1, place[:2], place[2])
        self._box(draw, 1, place[:2], (kind.length_m, kind.width_m), place[2], colour, _INK)

    # --- ink -------------------------------------------------------------------------------

    def _px(self, side: int, point: Point) -> Point:
        x = self._gap + side * (self._map[0] + self._gap) + (point[0] - self._low[0]) * self._scale
        y = self._size[1] - self._gap - (point[1] - self._low[1]) * self._scale
        return float(x), float(y)

    def _line(
        self, draw: ImageDraw.ImageDraw, side: int, points: list[Point], ink: str, width_m: float
    ) -> None:
        if len(points) > 1:
            width = max(1, round(width_m * self._scale))
            draw.line([self._px(side, point) for point in points], ink, width, joint="curve")

    def _polygon(
        self,
        draw: ImageDraw.ImageDraw,
        side: int,
        points: tuple[Point, ...],
        fill: str | None,
        edge: str | None,
    ) -> None:
        draw.polygon([self._px(side, point) for point in points], fill, edge, _FINE)

    def _box(
        self,
        draw: ImageDraw.ImageDraw,
        side: int,
        centre: Point,
        size_m: Point,
        theta_rad: float,
        fill: str | None,
        edge: str | None,
    ) -> None:
        self._polygon(draw, side, _corners(centre, size_m, theta_rad), fill, edge)

    def _pod(self, draw: ImageDraw.ImageDraw, side: int, centre: Point, theta_rad: float) -> None:
        size = self._recording.site.pod_model.size_m
        self._box(draw, side, centre, (size, size), theta_rad, _POD, _POD_EDGE)

    def _write(self, draw: ImageDraw.ImageDraw, centre: Point, text: str) -> None:
        draw.text(centre, text, _INK, self._font, anchor="mm")


def _place(rows: FloatArray) -> tuple[float, float, float]:
    _, x, y, theta = rows[-1].tolist()
    return x, y, theta


def _corners(centre: Point, size_m: Point, theta_rad: float) -> tuple[Point, ...]:
    c, s = cos(theta_rad), sin(theta_rad)
    halves = [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    return tuple(
        (
            centre[0] + c * i * size_m[0] / 2 - s * j * size_m[1] / 2,
            centre[1] + s * i * size_m[0] / 2 + c * j * size_m[1] / 2,
        )
        for i, j in halves
    )


def _dashes(points: list[Point]) -> Iterator[tuple[Point, Point]]:
    """Each stretch as three dashes."""
    for (x1, y1), (x2, y2) in pairwise(points):
        for part in range(3):
            a, b = part / 3, part / 3 + 0.2
            yield (x1 + a * (x2 - x1), y1 + a * (y2 - y1)), (x1 + b * (x2 - x1), y1 + b * (y2 - y1))
