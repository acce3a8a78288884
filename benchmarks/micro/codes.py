"""Reading codes and finding fiducials, side by side with what is installed beside us.

    python -m benchmarks.micro.codes --data DIR        # QUICK=1 for a short run

``DIR`` holds ``vision/open``: photographs with what is on them (``manifest.json``); without it the
folder is looked for beside the project. zxing-cpp is always there; pyzbar and pyapriltags take part
where they are installed. OpenCV is held to one thread; times are CPU time.
"""

import argparse
import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any, Generic, NamedTuple, TypeVar
from unittest import mock

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from benchmarks.micro.code_pictures import photographed_code, photographed_tag
from benchmarks.report import ROOT, Row, publish, quick
from vision.codes import expected_marks, zbar
from vision.codes.expected_marks import find_expected_marks
from vision.codes.fiducials import Mark, find_marks, glance_at_marks
from vision.codes.imagefiles import load_image
from vision.codes.marks import POD_FAMILY, GreyImage, dictionary
from vision.codes.reader import ALL_SYMBOLOGIES, read_codes
from vision.codes.symbologies import upc_e_expanded, zxing_formats

SEED = 1
MODULES_PX = (1.2, 1.5, 2.0, 3.0)
OPENCV = f"OpenCV {cv2.__version__}, its own settings"
SLOW = 1.0
"""OpenCV 5.0 needed four times as long for a frame as 4.14, which needs less than half of
pyapriltags' time; above this ratio something of that kind has happened."""
REPEATS = 5
"""Looks at each picture with tags; all of them count."""
Item = TypeVar("Item")
Answer = TypeVar("Answer")
Found = list[tuple[int, NDArray[np.float64]]]
"""Numbers of tags and their corners, 4 x 2 pixels."""


class Shown(NamedTuple):
    """A picture with tags and their numbers."""

    picture: GreyImage
    numbers: tuple[int, ...]


@dataclass
class Measured(Generic[Answer]):
    """Answers of one of those compared, in the order of the pictures, and CPU times."""

    answers: list[Answer] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)


def side_by_side(
    who: Mapping[str, Callable[[Item], Answer]], items: Sequence[Item], repeats: int = 1
) -> dict[str, Measured[Answer]]:
    """All of them on every picture in turn, so that a busy machine is no one's disadvantage."""
    measured = {name: Measured[Answer]() for name in who}
    for item in items:
        for repeat in range(repeats):
            for name, look in who.items():
                begin = process_time()
                answer = look(item)
                measured[name].times_ms.append(1e3 * (process_time() - begin))
                if repeat == 0:
                    measured[name].answers.append(answer)
    return measured


def main() -> None:
    """All rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    folder = parser.parse_args().data / "vision" / "open"
    cv2.setNumThreads(1)
    entries = json.loads((folder / "manifest.json").read_text())
    rows = photographs(folder, entries)
    for module_px in MODULES_PX:
        rows += turned_codes(module_px)
    rows += fiducials(folder, entries)
    publish(
        "codes",
        rows,
        seed=SEED,
        packages=("opencv-python-headless", "zxing-cpp", "numpy", "pillow"),
        parameters={
            "pictures": pictures(),
            "pyzbar": str(zbar.available()),
            "pyapriltags": str(expected_marks.apriltag_available()),
        },
        notes=[
            "CPU time of one thread. 'ours' looks closer only where nothing was found.",
            "misread: a wrong text and not the right one; beside: another text and the right one.",
            "Sides of tags are those of the black square; errors are those of corners.",
        ],
    )


def pictures() -> int:
    """Synthetic pictures for each row."""
    return 10 if quick() else 30


def readers() -> dict[str, Callable[[GreyImage], list[str]]]:
    """Who reads, by name; the first is what the others are compared with."""
    formats = zxing_formats(ALL_SYMBOLOGIES)

    def by_zxing(grey: GreyImage) -> list[str]:
        plain = zxingcpp.TextMode.Plain
        return [c.text for c in zxingcpp.read_barcodes(grey, formats=formats, text_mode=plain)]

    def by_zbar(grey: GreyImage) -> list[str]:
        return [read.text for read in zbar.read_with_zbar(grey, ALL_SYMBOLOGIES)]

    def by_us(grey: GreyImage) -> list[str]:
        return [code.text for code in read_codes(grey, thorough=True)]

    def by_us_alone(grey: GreyImage) -> list[str]:
        with mock.patch.object(zbar, "_pyzbar", return_value=None):
            return by_us(grey)

    found: dict[str, Callable[[GreyImage], list[str]]] = {"zxing-cpp": by_zxing}
    if zbar.available():
        found["pyzbar"] = by_zbar
        found["zxing-cpp, then pyzbar"] = lambda grey: by_zxing(grey) or by_zbar(grey)
        found["ours with pyzbar"] = by_us
    found["ours"] = by_us_alone
    return found


def photographs(folder: Path, entries: Sequence[dict[str, Any]]) -> list[Row]:
    """Real pictures: bars, modules, and pictures without a code."""
    chosen = [entry for entry in entries if not entry["kind"].startswith("fiducial")]
    measured = side_by_side(readers(), [load_image(folder / entry["file"]) for entry in chosen])
    base = next(iter(measured.values())).times_ms
    return [
        {
            "what": "photographs",
            "who": name,
            **judged(chosen, [set(texts) for texts in one.answers]),
            **times(one.times_ms, base),
            "error p50": "",
            "error p90": "",
        }
        for name, one in measured.items()
    ]


def judged(entries: Sequence[dict[str, Any]], answers: Sequence[set[str]]) -> Row:
    """How often what is on the photographs was read, and how often something else."""
    right, count, misread, beside = Counter[str](), Counter[str](), 0, 0
    for entry, texts in zip(entries, answers, strict=True):
        kind = entry["kind"].split(":")[0]
        wanted = {spelt(entry["kind"], text) for text in entry["expected"]}
        got = {spelt(entry["kind"], text) for text in texts}
        good = wanted <= got if wanted else not got
        count[kind] += 1
        right[kind] += good
        misread += bool(got - wanted) and not good
        beside += bool(got - wanted) and good
    return {
        "1-D": f"{right['barcode']} of {count['barcode']}",
        "2-D": f"{right['matrix']} of {count['matrix']}",
        "nothing": f"{right['negative']} of {count['negative']}",
        "misread": misread,
        "beside": beside,
    }


def spelt(kind: str, text: str) -> str:
    """Texts as they are compared: sets differ in what they tell of start, stop and zeros."""
    text = text.replace("\x1d", "").strip().strip("*")
    if "ean" in kind or "upc" in kind:
        return text if "ean_8" in kind else upc_e_expanded(text).zfill(13)
    return text.strip("ABCDabcd") if "codabar" in kind else text


def turned_codes(module_px: float) -> list[Row]:
    """Drawn bars at any angle, with noise, blur and weak contrast."""
    drawn = [photographed_code(module_px, SEED + seed) for seed in range(pictures())]
    measured = side_by_side(readers(), [picture for _, picture in drawn])
    base = next(iter(measured.values())).times_ms
    rows: list[Row] = []
    for name, one in measured.items():
        reads = [(text, set(texts)) for (text, _), texts in zip(drawn, one.answers, strict=True)]
        rows.append(
            {
                "what": f"turned bars, {module_px:g} px a module",
                "who": name,
                "1-D": f"{sum(text in texts for text, texts in reads)} of {len(reads)}",
                "2-D": "",
                "nothing": "",
                "misread": sum(bool(texts) and text not in texts for text, texts in reads),
                "beside": sum(text in texts and len(texts) > 1 for text, texts in reads),
                **times(one.times_ms, base),
                "error p50": "",
                "error p90": "",
            }
        )
    return rows


def times(times_ms: Sequence[float], base_ms: Sequence[float]) -> Row:
    """CPU time for a picture, and how often the mean of the first in the table it is."""
    mean = statistics.fmean(times_ms)
    return {
        "median ms": round(statistics.median(times_ms), 2),
        "mean ms": round(mean, 2),
        "time ratio": round(mean / statistics.fmean(base_ms), 2),
    }


def finders() -> dict[str, Callable[[Shown], Found]]:
    """Who finds pod tags, by name; pyapriltags first, with whom the others are compared."""
    found: dict[str, Callable[[Shown], Found]] = {}
    april = expected_marks._apriltag()
    if april is not None:
        found["pyapriltags"] = lambda shown: [
            (tag.tag_id, np.roll(tag.corners[::-1], 2, axis=0) - 0.5)
            for tag in april.detect(shown.picture)
        ]
    stock = cv2.aruco.ArucoDetector(dictionary(POD_FAMILY))

    def by_opencv(shown: Shown) -> Found:
        corners, numbers, _ = stock.detectMarkers(shown.picture)
        at = [np.asarray(one, dtype=float).reshape(4, 2) for one in corners]
        return [(int(numbers[place, 0]), one) for place, one in enumerate(at)]

    def placed(marks: Iterable[Mark]) -> Found:
        return [(mark.number, np.array(mark.corners_px)) for mark in marks]

    family = (POD_FAMILY,)
    found[OPENCV] = by_opencv
    found["ours, glance"] = lambda shown: placed(glance_at_marks(shown.picture, family))
    found["ours, thorough"] = lambda shown: placed(find_marks(shown.picture, family))
    found["ours, expected"] = lambda shown: placed(
        find_expected_marks(shown.picture, [(POD_FAMILY, number) for number in shown.numbers])
    )
    return found


def tag_rows(
    what: str,
    items: Sequence[Shown],
    truly: Sequence[NDArray[np.float64]] = (),
    repeats: int = 1,
) -> list[Row]:
    """How many tags are found, and how far corners are off where they are known."""
    measured = side_by_side(finders(), items, repeats)
    base = next(iter(measured.values())).times_ms
    count = sum(len(item.numbers) for item in items)
    rows: list[Row] = []
    for name, one in measured.items():
        got = [{number for number, _ in found} for found in one.answers]
        pairs = [(set(item.numbers), numbers) for item, numbers in zip(items, got, strict=True)]
        off = [
            at - corners
            for item, found, corners in zip(items, one.answers, truly, strict=False)
            for number, at in found
            if number in item.numbers
        ]
        away = np.linalg.norm(np.array(off).reshape(-1, 2), axis=1)
        rows.append(
            {
                "what": what,
                "who": name,
                "1-D": "",
                "2-D": f"{sum(len(wanted & numbers) for wanted, numbers in pairs)} of {count}",
                "nothing": "",
                "misread": sum(len(numbers - wanted) for wanted, numbers in pairs),
                "beside": 0,
                **times(one.times_ms, base),
                "error p50": f"{np.median(away):.3f} px" if len(away) else "",
                "error p90": f"{np.quantile(away, 0.9):.3f} px" if len(away) else "",
            }
        )
    return rows


def fiducials(folder: Path, entries: Sequence[dict[str, Any]]) -> list[Row]:
    """Real photographs with pod tags, then drawn ones whose corners are known."""
    chosen = [entry for entry in entries if entry["kind"].startswith("fiducial")]
    photos = [
        Shown(load_image(folder / entry["file"]), tuple(map(int, entry["expected"])))
        for entry in chosen
    ]
    frames = [photo for photo in photos if photo.picture.shape == (480, 640)]
    rows = tag_rows("tags, photographs", photos, repeats=REPEATS)
    of_frames = tag_rows("tags, photographs of 640 x 480", frames, repeats=REPEATS)
    tell_slow(next(row for row in of_frames if row["who"] == OPENCV))
    rows += of_frames
    for side_px in (12, 16, 24, 32, 64):
        drawn = [photographed_tag(side_px, SEED + seed) for seed in range(pictures())]
        items = [Shown(tag.picture, (tag.number,)) for tag in drawn]
        rows += tag_rows(f"drawn tags, {side_px} px", items, [tag.corners_px for tag in drawn])
    return rows


def tell_slow(frame: Row) -> None:
    """The version of OpenCV and its time for a frame; loud where another OpenCV got in."""
    print(f"OpenCV {cv2.__version__}: {frame['median ms']} ms for a frame of 640 x 480")
    far_slower = expected_marks.apriltag_available() and float(frame["time ratio"]) > SLOW
    if int(cv2.__version__.split(".")[0]) >= 5 or far_slower:
        print("SLOW: OpenCV 5.0 finds marks four times slower than 4.14; install 4.14 to 4.x")


if __name__ == "__main__":
    main()
