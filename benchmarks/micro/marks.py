"""How small marks may be in a picture, how exactly they are placed, and what looking costs.

    python -m benchmarks.micro.marks        # QUICK=1 for a short run

Pictures are drawn by casting rays at prints (tests/fakes/mark_scenes.py), with noise, blur and weak
contrast; every mark is at a random place, turned and tilted at random up to 45 degrees.
"""

import math
from collections.abc import Iterator
from time import process_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Row, publish, quick
from tests.fakes.mark_scenes import Print, Weather, hanging, on_floor, photograph
from vision.codes.camera import Camera, Mounting
from vision.codes.fiducials import find_marks
from vision.codes.labels import Area, read_labels
from vision.codes.marks import (
    FLOOR_FAMILY,
    POD_FAMILY,
    LabelKind,
    MarkerFamily,
    label_image,
    marker_count,
    marker_image,
    marker_share,
)
from vision.codes.sightings import flat_sighting

SEED = 1
WEATHERS = (
    Weather(noise=2),
    Weather(noise=4, blur_px=0.7),
    Weather(noise=4, blur_px=0.7, contrast=0.3),
    Weather(noise=4, motion_px=3),
)
LEVEL = Camera.with_view(320, 240, 1.2, Mounting(0.0, 0.0, 1.0))
DOWN = Camera.with_view(640, 480, 1.2, Mounting(0.0, 0.0, 0.3, pitch_rad=math.pi / 2))
AHEAD = Camera.with_view(640, 480, 1.2, Mounting(0.0, 0.0, 0.3, pitch_rad=math.radians(30)))
MODULES = {LabelKind.QR: 29, LabelKind.DATA_MATRIX: 18, LabelKind.CODE_128: 165}
TEXT = "P017-A-2-3"
TAG_M = 0.12
BELOW = Area(left=-4.0, right=4.0, bottom=-3.5, top=-0.5)


def pictures() -> int:
    """How many of each kind."""
    return 12 if quick() else 60


def tilted(family: MarkerFamily, side_px: float, dice: np.random.Generator) -> tuple[int, Print]:
    """A mark a metre ahead, whose side would be so long if it were seen straight."""
    number = int(dice.integers(marker_count(family)))
    tilt, roll = dice.uniform(-math.pi / 4, math.pi / 4), dice.uniform(0, math.tau)
    right = np.array([math.sin(tilt), -math.cos(tilt), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    x, y, z = (float(v) for v in math.cos(roll) * right + math.sin(roll) * up)
    u, v, w = (float(v) for v in math.cos(roll) * up - math.sin(roll) * right)
    width_m = side_px / LEVEL.fx_px / marker_share(family)
    middle = (1.0, dice.uniform(-0.1, 0.1), 1.0 + dice.uniform(-0.1, 0.1))
    return number, Print(marker_image(family, number, 400), middle, (x, y, z), (u, v, w), width_m)


def finding(family: MarkerFamily, side_px: int) -> Row:
    """Share found, corner errors and time, over all weathers."""
    dice = np.random.default_rng(SEED)
    errors: list[NDArray[np.float64]] = []
    found, wrong, seconds = 0, 0, 0.0
    for seed in range(pictures()):
        number, sheet = tilted(family, side_px, dice)
        picture = photograph(LEVEL, [sheet], WEATHERS[seed % len(WEATHERS)], seed)
        begin = process_time()
        marks = find_marks(picture, (family,))
        seconds += process_time() - begin
        found += any(mark.number == number for mark in marks)
        wrong += sum(mark.number != number for mark in marks)
        truly = corners(sheet, family)
        errors += [np.array(m.corners_px) - truly for m in marks if m.number == number]
    away = np.linalg.norm(np.array(errors).reshape(-1, 2), axis=1)
    return {
        "what": f"{family}, side {side_px} px",
        "found": f"{found / pictures():.1%}",
        "wrong": wrong,
        "error p50": f"{np.median(away):.3f} px" if errors else "",
        "error p99": f"{np.quantile(away, 0.99):.3f} px" if errors else "",
        "CPU ms": round(1e3 * seconds / pictures(), 1),
    }


def corners(sheet: Print, family: MarkerFamily) -> NDArray[np.float64]:
    """Where the corners of the black square truly are in the picture."""
    half_m = sheet.width_m * marker_share(family) / 2
    right, up = np.array(sheet.right), np.array(sheet.up)
    around = ((-1, 1), (1, 1), (1, -1), (-1, -1))
    return LEVEL.project([sheet.middle_m + half_m * (x * right + y * up) for x, y in around])


def placing(name: str, camera: Camera, nearest_m: float, farthest_m: float) -> Row:
    """Floor markers of 12 cm: errors of place."""
    dice = np.random.default_rng(SEED)
    size_m, away, found, seconds = 0.12, [], 0, 0.0
    for seed in range(pictures()):
        number = int(dice.integers(marker_count(FLOOR_FAMILY)))
        x_m, y_m = dice.uniform(nearest_m, farthest_m), dice.uniform(-0.03, 0.03)
        image = marker_image(FLOOR_FAMILY, number, 440)
        width_m = size_m / marker_share(FLOOR_FAMILY)
        sheet = on_floor(image, x_m, y_m, dice.uniform(-math.pi, math.pi), width_m)
        picture = photograph(camera, [sheet], WEATHERS[seed % len(WEATHERS)], seed)
        begin = process_time()
        seen = [
            flat_sighting(mark, size_m, camera) for mark in find_marks(picture, (FLOOR_FAMILY,))
        ]
        seconds += process_time() - begin
        away += [math.dist((one.x_m, one.y_m), (x_m, y_m)) for one in seen if one is not None]
        found += len(seen)
    return {
        "what": f"floor marker of 12 cm, camera {name}, {nearest_m:g} to {farthest_m:g} m ahead",
        "found": f"{found / pictures():.1%}",
        "wrong": 0,
        "error p50": f"{1e3 * float(np.median(away)):.3f} mm",
        "error p99": f"{1e3 * float(np.quantile(away, 0.99)):.3f} mm",
        "CPU ms": round(1e3 * seconds / pictures(), 1),
    }


def reading(kind: LabelKind, module_px: float, beside: bool) -> Row:
    """Labels below a fiducial, tilted up to 35 degrees (Code 128: not tilted)."""
    dice = np.random.default_rng(SEED)
    camera = Camera.with_view(480, 240, 1.3, Mounting(0.0, 0.0, 1.0))
    read, wrong, seconds = 0, 0, 0.0
    for seed in range(pictures()):
        tilt = 0.0 if kind is LabelKind.CODE_128 else dice.uniform(-0.6, 0.6)
        picture = photograph(
            camera, list(_board(camera, kind, module_px, tilt, seed)), WEATHERS[seed % 3], seed
        )
        begin = process_time()
        places = [(mark, BELOW) for mark in find_marks(picture, (POD_FAMILY,))] if beside else []
        texts = {label.text for label in read_labels(picture, [kind], places)}
        seconds += process_time() - begin
        read += TEXT in texts
        wrong += len(texts - {TEXT})
    return {
        "what": f"{kind}, {module_px:g} px a module" + (", beside a fiducial" if beside else ""),
        "found": f"{read / pictures():.1%}",
        "wrong": wrong,
        "error p50": "",
        "error p99": "",
        "CPU ms": round(1e3 * seconds / pictures(), 1),
    }


def _board(
    camera: Camera, kind: LabelKind, module_px: float, tilt_rad: float, number: int
) -> Iterator[Print]:
    width_m = module_px * MODULES[kind] / camera.fx_px
    high_m = width_m / (4 if kind is LabelKind.CODE_128 else 1)
    plate_m = TAG_M / marker_share(POD_FAMILY)
    facing_rad = math.pi + tilt_rad
    tag = marker_image(POD_FAMILY, number, 400)
    yield hanging(tag, (1.0, 0.0, 1.1), facing_rad, plate_m)
    below_m = 1.1 - (plate_m + high_m) / 2 - 0.005
    label = label_image(TEXT, 12 * MODULES[kind], kind)
    yield hanging(label, (1.0, 0.0, below_m), facing_rad, width_m)


def main() -> None:
    """All rows."""
    rows = [finding(family, side_px) for family in MarkerFamily for side_px in (20, 24, 30, 50)]
    rows += [placing("down", DOWN, -0.03, 0.03), placing("30 deg down", AHEAD, 0.4, 0.8)]
    rows += [
        reading(kind, module_px, beside)
        for kind in LabelKind
        for module_px in (1.4, 2.0, 3.0)
        for beside in (False, True)
        if not (kind is LabelKind.CODE_128 and module_px > 2)
    ]
    publish(
        "marks",
        rows,
        seed=SEED,
        packages=("opencv-python-headless", "zxing-cpp", "numpy"),
        parameters={"pictures": pictures()},
        notes=[
            "Synthetic pictures; weathers mixed evenly. Times are CPU time, all threads together."
        ],
    )


if __name__ == "__main__":
    main()
