"""The front edges of the boards: they say how bright it is along the face, and where something is
in the way. What hides an edge hides the slot above or below it, so nothing there is believed."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.shelf.rack import FaceModel, SlotBox
from vision.shelf.rectify import FlatFace, Mask

Array = NDArray[np.float64]
Spans = list[tuple[float, float]]

_BIN_M = 0.01
_OFF = 0.3
"""Log of brightness by which an edge differs where something is before it."""
_WIDENED_M = 0.02
_ROUNDS = 10
_LEAST_BINS = 8
_PRINTED = 0.8
"""What is dark of a label, in shares of what is bright, even if it is blurred."""
_LABEL_SIDES = 0.6
"""A label is kept out of the measuring so many of its sides to the left and right."""
_BRIDGED_M = 0.10
"""Between two hidden stretches with nothing measured between them, all is hidden up to this."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``light``: grey value of an edge of a board, for each pixel of the flat face. ``hidden``:
    where something is before the face."""

    light: NDArray[np.float32]
    hidden: Mask


def frame_of(flat: FlatFace, face: FaceModel) -> Frame:
    """From a face laid flat at y = 0. Where no edges are seen, or most labels show no print, the
    light is taken for 1 and everything for hidden."""
    x, z, value = _edges(flat, face)
    rows, columns = flat.grey.shape
    if len(x) < _LEAST_BINS or _labels_hidden(flat, face):
        return Frame(np.ones((rows, columns), np.float32), np.ones((rows, columns), np.bool_))
    fit = _light_fit(x, z, value, face)
    grid_x, grid_z = np.meshgrid(
        flat.left_m + (np.arange(columns) + 0.5) / flat.per_m,
        flat.top_m - (np.arange(rows) + 0.5) / flat.per_m,
    )
    light = np.exp(_terms(grid_x, grid_z, face) @ fit)
    off = np.abs(np.log(value) - _terms(x, z, face) @ fit) > _OFF
    levels = face.boards_z_m[:-1]
    spans = [_spans(x[z == level], off[z == level]) for level in levels]
    hidden = np.zeros((rows, columns), np.uint8)
    _hide(hidden, flat, face, spans)
    return Frame(np.maximum(light, 1.0).astype(np.float32), hidden > 0)


def _edges(flat: FlatFace, face: FaceModel) -> tuple[Array, Array, Array]:
    """Where along the edges it was measured, on which level (lower edge), and the grey value."""
    found: list[tuple[float, float, float]] = []
    for level in face.boards_z_m[:-1]:
        labels = [mark for mark in face.labels if level <= mark.z_m <= level + face.edge_m]
        for x in np.arange(-face.width_m / 2 + 0.025, face.width_m / 2 - 0.02, _BIN_M):
            if any(abs(x - label.x_m) < _LABEL_SIDES * label.side_m for label in labels):
                continue
            margin = 0.15 * face.edge_m
            box = SlotBox(
                x - _BIN_M / 2, x + _BIN_M / 2, level + margin, level + face.edge_m - margin
            )
            where = flat.window(box)
            if flat.seen[where].all():
                found.append((float(x), level, max(float(np.median(flat.grey[where])), 1.0)))
    x, z, value = np.array(found).reshape(-1, 3).T
    return x, z, value


def _labels_hidden(flat: FlatFace, face: FaceModel) -> bool:
    """Whether most of the labels that should be in the picture show no print: something large is
    in the way, which would else be taken for the edges."""
    printed = []
    for label in face.labels:
        half = 0.4 * label.side_m
        box = SlotBox(label.x_m - half, label.x_m + half, label.z_m - half, label.z_m + half)
        where = flat.window(box)
        if flat.seen[where].all():
            dark, bright = np.percentile(flat.grey[where], (10, 90))
            printed.append(bool(dark < _PRINTED * bright))
    return 2 * printed.count(True) < len(printed)


def _terms(x: Array, z: Array, face: FaceModel) -> Array:
    """Terms of a curved surface, of size 1 or so."""
    middle = (face.boards_z_m[0] + face.boards_z_m[-1]) / 2
    a = 2 * x / face.width_m
    b = 2 * (z - middle) / (face.boards_z_m[-1] - face.boards_z_m[0])
    return np.stack((np.ones_like(a), a, b, a * a, b * b, a * b), axis=-1)


def _light_fit(x: Array, z: Array, value: Array, face: FaceModel) -> Array:
    """Logarithm of the light as a curved surface; what is off counts for little (Cauchy)."""
    terms, log = _terms(x, z, face), np.log(value)
    small = 1e-3 * np.eye(terms.shape[1])
    fit: Array = np.zeros(terms.shape[1])
    fit[0] = np.median(log)
    for _ in range(_ROUNDS):
        weight = 1 / (1 + ((log - terms @ fit) / (_OFF / 2)) ** 2)
        weighted = terms * weight[:, None]
        fit = np.asarray(np.linalg.solve(weighted.T @ terms + small, weighted.T @ log))
    return fit


def _spans(x: Array, off: NDArray[np.bool_]) -> Spans:
    """Stretches of an edge that are hidden, a little wider than measured."""
    spans: Spans = []
    ordered = sorted(zip(x.tolist(), off.tolist(), strict=True))
    last_off = False
    for at, is_off in ordered:
        if is_off and last_off and at - spans[-1][1] < _BRIDGED_M:
            spans[-1] = (spans[-1][0], at)
        elif is_off:
            spans.append((at, at))
        last_off = is_off
    return [(start - _WIDENED_M, end + _WIDENED_M) for start, end in spans]


def _hide(hidden: NDArray[np.uint8], flat: FlatFace, face: FaceModel, spans: list[Spans]) -> None:
    """Marks what lies between hidden stretches of two edges, one above the other; and the whole
    height of the level where only one of them is hidden, or they are not alike in number."""
    heights = face.boards_z_m
    for level, (lower, upper) in enumerate(pairwise([*spans, spans[-1]])):
        bottom, top = heights[level], heights[level + 1] + face.edge_m
        if len(lower) == len(upper):
            pairs = list(zip(lower, upper, strict=True))
        else:
            pairs = [(span, span) for span in (*lower, *upper)]
        for below, above in pairs:
            corners = [(below[0], bottom), (below[1], bottom), (above[1], top), (above[0], top)]
            pixels = [
                ((x - flat.left_m) * flat.per_m, (flat.top_m - z) * flat.per_m) for x, z in corners
            ]
            cv2.fillConvexPoly(hidden, np.rint(np.array(pixels)).astype(np.int32), 1)
