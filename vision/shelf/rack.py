"""What is known of a face of a rack before anybody looks: its boards, slots, marks and cartons.

Face coordinates, metres: x to the right from the middle of the face as one looks at it, y into the
rack (0 at the front edges of the boards), z up from the floor.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from planner.warehouse.errors import InvalidCount, InvalidMark
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.stock import slot_id
from vision.codes.marks import MarkerFamily

_SLACK_M = 1e-6
_MOST_PIECES = 10_000


@dataclass(frozen=True, slots=True)
class Carton:
    """A carton as it stands on the shelf: ``width_m`` along the face, ``depth_m`` into it."""

    width_m: float
    height_m: float
    depth_m: float

    def __post_init__(self) -> None:
        sides = (self.width_m, self.height_m, self.depth_m)
        if not all(0 < side < math.inf for side in sides):
            raise InvalidCount(
                "a carton has three sides",
                field="carton",
                value=sides,
                remedy="Give width, height and depth in metres.",
            )


@dataclass(frozen=True, slots=True)
class FaceMark:
    """A fiducial on a face: the middle and the side of its black square, in the plane y = 0."""

    family: MarkerFamily
    number: int
    x_m: float
    z_m: float
    side_m: float


@dataclass(frozen=True, slots=True)
class FaceLabel:
    """A printed label on a face: its text, its middle, and the side of its plate."""

    text: str
    x_m: float
    z_m: float
    side_m: float


@dataclass(frozen=True, slots=True)
class SlotBox:
    """Where cartons stand in a slot, looked at from the front: from the upper side of its board to
    the lower side of the next one."""

    left_m: float
    right_m: float
    bottom_m: float
    top_m: float


@dataclass(frozen=True, slots=True)
class FaceModel:
    """A face of a pod. ``boards_z_m``: the lower edge of every level, and the upper edge of the
    last, from below; ``board_m``: how thick the boards are. ``depth_m``: how deep its slots are.
    ``edge_m``: how far up from there the front edge of a level (board, strip of labels) hides what
    stands on it. ``marks`` and ``labels`` hang at y = 0.

    Raises ``InvalidMark`` for figures that make no face.
    """

    pod: PodId
    face: str
    width_m: float
    depth_m: float
    boards_z_m: tuple[float, ...]
    columns: int
    edge_m: float
    marks: tuple[FaceMark, ...]
    labels: tuple[FaceLabel, ...] = ()
    board_m: float = 0.02

    def __post_init__(self) -> None:
        for field, wrong, remedy in self._problems():
            if wrong:
                value = getattr(self, field)
                raise InvalidMark(
                    "not a face of a rack", field=f"face.{field}", value=value, remedy=remedy
                )

    def _problems(self) -> Iterator[tuple[str, bool, str]]:
        rises = [upper - lower for lower, upper in pairwise(self.boards_z_m)]
        yield "width_m", not 0 < self.width_m < math.inf, "Give metres."
        yield "depth_m", not 0 < self.depth_m < math.inf, "Give metres."
        yield "columns", self.columns < 1, "Give at least 1."
        wrong = not rises or min(rises) <= 0 or not all(map(math.isfinite, self.boards_z_m))
        yield "boards_z_m", wrong, "Give heights that rise: one more than there are levels."
        yield (
            "edge_m",
            not 0 < self.edge_m < min(rises, default=0.0),
            "Less than a level is high, not 0.",
        )
        lowest = min(rises, default=0.0)
        yield "board_m", not 0 < self.board_m < lowest, "Less than a level is high, not 0."
        wrong = any(not 0 < mark.side_m < math.inf for mark in self.marks)
        yield "marks", wrong or not self.marks, "Name a fiducial, and the side of its square."

    def slots(self) -> Mapping[SlotId, SlotBox]:
        """Every slot and its rectangle, from below, from the left."""
        wide_m, left_m = self.width_m / self.columns, -self.width_m / 2
        return {
            slot_id(self.pod, self.face, level, column + 1): SlotBox(
                left_m + column * wide_m,
                left_m + (column + 1) * wide_m,
                bottom_m + self.board_m,
                top_m,
            )
            for level, (bottom_m, top_m) in enumerate(pairwise(self.boards_z_m), start=1)
            for column in range(self.columns)
        }


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a slot is for: the article, how many pieces fit at most, the size of its cartons
    (``None``: not known, only occupancy is looked for) and the text printed on each of them."""

    sku: Sku
    capacity: int
    carton: Carton | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.capacity <= _MOST_PIECES:
            raise InvalidCount(
                "a slot holds pieces",
                field="capacity",
                value=self.capacity,
                remedy=f"Give 1 to {_MOST_PIECES}.",
            )


@dataclass(frozen=True, slots=True)
class Rack:
    """A face and what its slots are for: what ``podherd vision count`` reads from a file."""

    face: FaceModel
    expected: dict[SlotId, Expectation]


def front_places(box: SlotBox, carton: Carton) -> tuple[int, int]:
    """How many cartons stand side by side, and on top of each other, in the front row of a slot.

    Raises ``InvalidCount`` for a carton that is larger than the slot.
    """
    across = int((box.right_m - box.left_m + _SLACK_M) / carton.width_m)
    up = int((box.top_m - box.bottom_m + _SLACK_M) / carton.height_m)
    if min(across, up) < 1:
        raise InvalidCount(
            f"the carton is larger than the slot, which is {box.right_m - box.left_m:.3f} m wide "
            f"and {box.top_m - box.bottom_m:.3f} m high",
            field="carton",
            value=(carton.width_m, carton.height_m),
            remedy="Check the article's sizes, and which side of the carton faces the aisle.",
        )
    return across, up


def checked(face: FaceModel, expected: Mapping[SlotId, Expectation]) -> None:
    """Raises ``InvalidCount`` for an expectation of a slot that the face has not, or of a carton
    that does not fit in."""
    boxes = face.slots()
    for slot, expectation in expected.items():
        if slot not in boxes:
            raise InvalidCount(
                f"face {face.face} of {face.pod} has no such slot",
                field="expected",
                value=str(slot),
                remedy=f"It has {next(iter(boxes))} to {list(boxes)[-1]}.",
            )
        if expectation.carton is not None:
            front_places(boxes[slot], expectation.carton)
            if expectation.carton.depth_m > face.depth_m + _SLACK_M:
                raise InvalidCount(
                    f"{slot}: the carton is deeper than the slot, which is {face.depth_m:.3f} m",
                    field="carton",
                    value=expectation.carton.depth_m,
                    remedy="Check the article's sizes.",
                )
