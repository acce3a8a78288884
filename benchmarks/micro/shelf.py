"""Counting shelves in pictures: how right, how sure, and whether that is to be believed.

    python -m benchmarks.micro.shelf          # QUICK=1 for a short run
    python -m benchmarks.micro.shelf --fit    # sets the weights of vision/shelf/params.py anew

Scenes are drawn with exact truth (``vision/shelf/scenes.py``; racks, views and light by lot in
``benchmarks/micro/shelf_scenes.py``), those of the fit with other seeds than those judged. Peers:
"codes seen" counts the codes read in a slot; "texture" counts the places with more upright texture
than a threshold, the best one for the very scenes that are judged.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pprint import pprint
from time import process_time
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.micro.shelf_fit import examples, fitted, log_likelihood
from benchmarks.micro.shelf_plots import draw_reliability, draw_sample
from benchmarks.micro.shelf_scenes import CAMERA, CONDITIONS, Scene, scene
from benchmarks.report import Cell, Row, publish, quick
from planner.warehouse.errors import InvalidMark
from vision.codes.images import lit_image
from vision.shelf.face import SlotLook, look_at_face
from vision.shelf.occupancy import Occupancy
from vision.shelf.params import FEATURES
from vision.shelf.view import view_of

SEED = 0
FIT_SEED = 500_000
TOLD = 0.9
"""Probability from which a count counts as told."""
DECILES = 10
Array = NDArray[np.float64]


class Judged(NamedTuple):
    """One slot: what was told, the truth, and what the peers go by."""

    condition: str
    look: SlotLook
    front: int
    coded: bool
    codes: int
    textures: tuple[float, ...]
    whole: bool
    """Whether every place of the front row is seen: none behind an edge or anything else."""


class Watched(NamedTuple):
    """All slots of a condition, faces that were not found, and CPU time of each look."""

    slots: list[Judged]
    lost: int
    times_ms: list[float]


def main() -> None:
    """All rows, or the fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    cv2.setNumThreads(1)
    if parser.parse_args().fit:
        fit()
        return
    watched = {condition: watch(condition) for condition in CONDITIONS}
    slots = [slot for one in watched.values() for slot in one.slots]
    threshold = best_threshold(slots)
    rows = [
        row(name, one.slots, one.times_ms, one.lost, threshold) for name, one in watched.items()
    ]
    times_ms = [time for one in watched.values() for time in one.times_ms]
    lost = sum(one.lost for one in watched.values())
    whole = [slot for slot in slots if slot.whole]
    hidden = [slot for slot in slots if not slot.whole]
    rows.append(row("all", slots, times_ms, lost, threshold))
    rows.append(row("all, whole front seen", whole, times_ms, 0, threshold))
    rows.append(row("all, places hidden", hidden, times_ms, 0, threshold))
    deciles = list(reliability(slots))
    publish(
        "shelf",
        [*rows, *deciles],
        seed=SEED,
        packages=("opencv-python-headless", "zxing-cpp", "numpy"),
        parameters={
            "faces per condition": faces(),
            "told from": TOLD,
            "threshold": round(threshold, 1),
        },
        notes=[
            "Brier score over all numbers of cartons in front, 0 is perfect; prior: all alike.",
            "A face whose fiducial is not found is refused, and is in no share.",
            "CPU time of one thread, codes and fiducials included.",
        ],
        shown=rows,
    )
    if not quick():
        draw_reliability(deciles)
        draw_sample(scene("good", SEED))


def faces() -> int:
    """Pictures of each condition."""
    return 4 if quick() else 20


def fit() -> None:
    """Prints what ``vision/shelf/params.py`` is to hold."""
    number = 8 if quick() else 90
    seeds = range(FIT_SEED, FIT_SEED + number)
    slots = examples(scene(condition, seed) for seed in seeds for condition in CONDITIONS)
    params = fitted(slots)
    pprint(params)
    print(f"{len(slots)} slots, log likelihood {log_likelihood(slots, params):.4f}")


def watch(condition: str) -> Watched:
    """Looks at the faces of one condition."""
    found, lost, times_ms = list[Judged](), 0, list[float]()
    for seed in range(SEED, SEED + faces()):
        one = scene(condition, seed)
        began_s = process_time()
        try:
            look = look_at_face(one.image, CAMERA, one.rack.face, one.rack.expected)
        except InvalidMark:
            lost += 1
            continue
        times_ms.append(1000 * (process_time() - began_s))
        found += judged(condition, one, look.slots)
    print(f"{condition}: {len(found)} slots, {lost} faces not found", flush=True)
    return Watched(found, lost, times_ms)


def judged(condition: str, one: Scene, looks: Sequence[SlotLook]) -> Iterator[Judged]:
    """The slots of a scene beside the truth."""
    view = view_of(lit_image(one.image), CAMERA, one.rack.face, one.rack.expected)
    rows = view.places(one.rack.expected)
    texture = FEATURES.index("upright texture")
    for look in looks:
        _, places = rows[look.slot]
        box, held = one.rack.face.slots()[look.slot], one.contents[look.slot]
        codes = sum(
            code.text == held.code
            and box.left_m <= code.x_m <= box.right_m
            and box.bottom_m <= code.z_m <= box.top_m
            for code in view.codes
        )
        textures = tuple(float(value) for value in places.features[places.seen, texture])
        front = min(held.pieces, len(places.boxes))
        coded, whole = held.code is not None, bool(places.seen.all())
        yield Judged(condition, look, front, coded, codes, textures, whole)


def best_threshold(slots: Sequence[Judged]) -> float:
    """Of texture, so that most numbers are right."""
    candidates = [float(value) for value in np.linspace(-6, 0, 61)]
    return max(candidates, key=lambda t: sum(by_texture(t)(slot) == slot.front for slot in slots))


def by_texture(threshold: float) -> Callable[[Judged], int]:
    """A peer: places with texture."""
    return lambda slot: sum(texture > threshold for texture in slot.textures)


def row(
    condition: str, slots: Sequence[Judged], times_ms: list[float], lost: int, threshold: float
) -> dict[str, Cell]:
    """Figures of one condition."""
    told = [slot for slot in slots if slot.look.likeliest_front[1] >= TOLD]
    right = [slot for slot in told if slot.look.likeliest_front[0] == slot.front]
    states = [slot.look.occupancy for slot in slots]
    truly = [Occupancy.OCCUPIED if slot.front else Occupancy.EMPTY for slot in slots]
    sure = [state is not Occupancy.UNSURE for state in states]
    wrong = [s and state is not true for s, state, true in zip(sure, states, truly, strict=True)]
    peers = {"texture": by_texture(threshold), "codes": lambda slot: slot.codes}
    return {
        "condition": condition,
        "slots": len(slots),
        "no fiducial": lost,
        "occupancy right": share(sum(sure) - sum(wrong), len(slots)),
        "wrong": share(sum(wrong), len(slots)),
        "unsure": share(len(slots) - sum(sure), len(slots)),
        "count told": share(len(told), len(slots)),
        "right of told": share(len(right), len(told)),
        "likeliest right": share(
            sum(slot.look.likeliest_front[0] == slot.front for slot in slots), len(slots)
        ),
        "Brier": brier(slots),
        **{f"Brier, {name}": 2 * missed(slots, peer) for name, peer in peers.items()},
        "Brier, codes, coded goods only": 2
        * missed([slot for slot in slots if slot.coded], peers["codes"]),
        "CPU ms a face": round(float(np.mean(times_ms)), 1),
    }


def share(part: int, of: int) -> float:
    """Rounded."""
    return round(part / max(of, 1), 3)


def brier(slots: Sequence[Judged]) -> float:
    """Mean squared distance of the distribution in front from the truth."""
    scores = [((slot.look.front - truth(slot)) ** 2).sum() for slot in slots]
    return round(float(np.mean(scores)), 3)


def missed(slots: Sequence[Judged], peer: Callable[[Judged], int]) -> float:
    """How often a peer is wrong; who names one number has twice that as Brier score."""
    return round(sum(peer(slot) != slot.front for slot in slots) / max(len(slots), 1), 3)


def truth(slot: Judged) -> Array:
    """1 at the true number."""
    return np.asarray(np.arange(len(slot.look.front)) == slot.front, dtype=float)


def reliability(slots: Sequence[Judged]) -> Iterator[Row]:
    """How often numbers that were given a probability were true, by decile of it."""
    given = np.concatenate([slot.look.front / slot.look.front.sum() for slot in slots])
    true = np.concatenate([truth(slot) for slot in slots])
    decile = np.minimum((given * DECILES).astype(int), DECILES - 1)
    for number in range(DECILES):
        inside = decile == number
        if inside.any():
            yield {
                "decile": number + 1,
                "probabilities": int(inside.sum()),
                "given": round(float(given[inside].mean()), 4),
                "true": round(float(true[inside].mean()), 4),
            }


if __name__ == "__main__":
    main()
