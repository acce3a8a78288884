"""A look at a face of a rack: what is in its slots, and how sure that is.

Where the camera is follows from the fiducials, so every slot is known to the pixel. Each place in
the front row where a carton of the known size could stand is judged by its brightness, texture and
edges, by how much it is like the places beside it, and by codes read there. No trained model; the
weights of these are few and measured (``ShelfParams``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.ids import SlotId
from vision.codes.camera import Camera
from vision.codes.fiducials import Pixel
from vision.codes.images import lit_image
from vision.codes.marks import GreyImage
from vision.fusion.pieces import Chances, normalised
from vision.shelf.detector import CartonDetector, detected_chances
from vision.shelf.fronts import front_chances, piece_chances, place_odds
from vision.shelf.occupancy import Occupancy, occupancy_of
from vision.shelf.params import MEASURED, ShelfParams
from vision.shelf.places import Places
from vision.shelf.poses import FacePose
from vision.shelf.quality import Quality
from vision.shelf.rack import Carton, Expectation, FaceModel, SlotBox, checked
from vision.shelf.rectify import pixels_per_m
from vision.shelf.view import FaceView, SeenCode, view_of

Corners = tuple[Pixel, Pixel, Pixel, Pixel]

NOT_CLEAR = "looks neither empty nor occupied"


@dataclass(frozen=True, slots=True)
class SlotLook:
    """What is told of a slot. ``corners_px``: of its front in the picture, upper left first.
    ``front`` is the likelihood of 0, 1, ... cartons in the front row, ``likelihood`` that of 0, 1,
    ... ``capacity`` pieces. ``unsure`` says why occupancy is; both likelihoods then say nothing
    (are the same everywhere), but for ``NOT_CLEAR``, where they say the little there is.
    ``codes``: texts that the catalogue knows and that were read in the slot."""

    slot: SlotId
    corners_px: Corners
    occupancy: Occupancy
    front: Chances
    likelihood: Chances
    codes: tuple[str, ...] = ()
    unsure: str = ""

    @property
    def likeliest_front(self) -> tuple[int, float]:
        """Cartons in front, and the probability of that if all numbers were as likely before."""
        best = int(self.front.argmax())
        return best, float(self.front[best] / self.front.sum())


@dataclass(frozen=True, slots=True)
class FaceLook:
    """A look at a face: the camera's pose before it, the slots asked for, and how good the picture
    is. ``dark`` and ``blurred`` hold for the whole of it."""

    pose: FacePose
    slots: tuple[SlotLook, ...]
    quality: Quality
    dark: bool
    blurred: bool


def look_at_face(
    image: NDArray[Any],
    camera: Camera,
    face: FaceModel,
    expected: Mapping[SlotId, Expectation],
    params: ShelfParams = MEASURED,
    detector: CartonDetector | None = None,
) -> FaceLook:
    """What a grey or RGB picture tells of the slots that something is expected of. A ``detector``
    counts the cartons of known size in place of our own measuring.

    Raises ``InvalidImage`` for a picture that is none, black, overexposed or not the camera's,
    ``InvalidMark`` where no fiducial of the face is seen or the pose cannot be, ``InvalidCount``
    for an expectation that does not fit the face.
    """
    checked(face, expected)
    view = view_of(lit_image(camera.checked(image)), camera, face, expected)
    slots = tuple(
        _of_slot(view, slot, expected[slot], carton, places, params, detector)
        for slot, (carton, places) in view.places(expected).items()
    )
    dark = view.quality.contrast < params.least_contrast
    sides = [min(e.carton.width_m, e.carton.height_m) for e in expected.values() if e.carton]
    blurred = bool(sides) and view.quality.blur_m > params.most_blur * float(np.median(sides))
    return FaceLook(view.pose, slots, view.quality, dark, blurred)


def _of_slot(
    view: FaceView,
    slot: SlotId,
    expectation: Expectation,
    carton: Carton,
    places: Places,
    params: ShelfParams,
    detector: CartonDetector | None,
) -> SlotLook:
    box = view.face.slots()[slot]
    inside = [code for code in view.codes if _holds(box, code)]
    texts = tuple(sorted({code.text for code in inside}))
    unsure = _why_unsure(view, box, carton, places, params)
    others = [text for text in texts if text != expectation.code]
    if others and not unsure:
        unsure = f"the code of another article is in it: {', '.join(others)}"
    if unsure:
        front = np.ones(len(places.boxes) + 1)
    elif detector is not None and expectation.carton is not None:
        found = len(detector.cartons(_bin_image(view, box)))
        front = detected_chances(found, len(places.boxes), detector.params)
    else:
        odds = place_odds(places, _coded(places, inside), params)
        odds *= params.unsized if expectation.carton is None else 1.0
        front = front_chances(odds, places.across, places.up, params)
    if expectation.carton is None:
        front = np.array([front[0], front[1:].mean()])
    front = normalised(front)
    occupancy = occupancy_of(front, params.sure)
    if occupancy is Occupancy.UNSURE and not unsure:
        unsure = NOT_CLEAR
    pieces = piece_chances(front, expectation.capacity)
    return SlotLook(slot, _corners(view, box), occupancy, front, pieces, texts, unsure)


def _bin_image(view: FaceView, box: SlotBox) -> GreyImage:
    flat = view.layers.flat
    return np.asarray(np.rint(flat.grey[flat.window(box)]), dtype=np.uint8)


def _coded(places: Places, codes: list[SeenCode]) -> set[int]:
    """Places in which one of these codes was read."""
    return {n for n, place in enumerate(places.boxes) for code in codes if _holds(place, code)}


def _holds(box: SlotBox, code: SeenCode) -> bool:
    return box.left_m <= code.x_m <= box.right_m and box.bottom_m <= code.z_m <= box.top_m


def _why_unsure(
    view: FaceView, box: SlotBox, carton: Carton, places: Places, params: ShelfParams
) -> str:
    """What keeps a slot from being judged, or nothing."""
    quality, layers = view.quality, view.layers
    side_m = min(carton.width_m, carton.height_m)
    per_m = pixels_per_m(view.camera, view.pose, box)
    where = layers.flat.window(box)
    if per_m == 0 or layers.flat.seen[where].mean() < params.least_visible:
        return "outside the picture"
    if side_m * per_m < params.least_side_px:
        return f"too small: {side_m * per_m:.0f} px for a carton, {params.least_side_px:.0f} needed"
    if quality.contrast < params.least_contrast:
        return f"too dark: {quality.contrast:.0f} grey values from black to white"
    if quality.blur_m > params.most_blur * side_m:
        return f"blurred: by {1000 * quality.blur_m:.0f} mm"
    if layers.flat.clear[where].mean() < params.least_visible:
        return "glare"
    if places.seen.mean() < params.least_visible:
        return "something is in the way"
    return ""


def _corners(view: FaceView, box: SlotBox) -> Corners:
    points = [
        (box.left_m, 0.0, box.top_m),
        (box.right_m, 0.0, box.top_m),
        (box.right_m, 0.0, box.bottom_m),
        (box.left_m, 0.0, box.bottom_m),
    ]
    seen = view.pose.project(points, view.camera)
    first, second, third, fourth = ((float(x), float(y)) for x, y in seen)
    return first, second, third, fourth
