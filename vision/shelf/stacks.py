"""Cartons as they stand in the slots of drawn scenes: with gaps, a little askew, and never more
than fit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import SlotId
from vision.shelf.prints import Texture, carton_print
from vision.shelf.rack import Carton, FaceModel, SlotBox, front_places

_ORDERS: tuple[Callable[[int, int, int], tuple[int, int]], ...] = (
    lambda place, across, up: (place % across, place // across),
    lambda place, across, up: (across - 1 - place % across, place // across),
    lambda place, across, up: (place // up, place % up),
)
"""Column and layer of a place in the order in which a front row is filled."""
_ORDER_SHARES = (0.6, 0.2, 0.2)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a slot holds: so many cartons, with a text printed on each (a Data Matrix)."""

    carton: Carton
    pieces: int
    code: str | None = None


class StandingCarton(NamedTuple):
    """A carton where it stands, in face coordinates; ``askew`` is the slope of its front."""

    left: float
    right: float
    bottom: float
    top: float
    front: float
    back: float
    askew: float
    side: Texture
    level: int


def room_for(face: FaceModel, box: SlotBox, carton: Carton) -> int:
    """How many cartons a slot of a face holds."""
    across, up = front_places(box, carton)
    return across * up * max(1, int((face.depth_m - 0.01) / (carton.depth_m + 0.004)))


def stacked(
    face: FaceModel, contents: Mapping[SlotId, Contents], dice: np.random.Generator
) -> list[StandingCarton]:
    """All cartons of a face. Raises ``InvalidCount`` for a slot that it has not, or more than
    fit."""
    slots = face.slots()
    boxes: list[StandingCarton] = []
    for slot, held in contents.items():
        if slot not in slots:
            raise InvalidCount("the face has no such slot", field="contents", value=str(slot))
        boxes += _stack(face, slots[slot], held, int(slot.split("/")[-2]), dice)
    return boxes


def _stack(
    face: FaceModel, box: SlotBox, held: Contents, level: int, dice: np.random.Generator
) -> Iterator[StandingCarton]:
    carton = held.carton
    if not 0 <= held.pieces <= room_for(face, box, carton):
        raise InvalidCount(
            "the slot does not hold so many",
            field="contents.pieces",
            value=held.pieces,
            remedy=f"Give 0 to {room_for(face, box, carton)}.",
        )
    across, up = front_places(box, carton)
    side = carton_print(carton, held.code, dice)
    other_side = carton_print(carton, None, dice) if dice.random() < 0.15 else side
    slack_m = box.right_m - box.left_m - across * carton.width_m
    gaps = dice.dirichlet(np.ones(across + 1)) * slack_m * float(dice.choice((0.3, 0.95)))
    setback_m = float(dice.uniform(0.002, 0.03))
    order = _ORDERS[int(dice.choice(len(_ORDERS), p=_ORDER_SHARES))]
    for piece in range(held.pieces):
        row, place = divmod(piece, across * up)
        column, height = order(place, across, up)
        left = box.left_m + float(gaps[: column + 1].sum()) + column * carton.width_m
        front = setback_m + row * (carton.depth_m + 0.003) + float(dice.uniform(0, 0.006))
        bottom = box.bottom_m + height * carton.height_m
        jitter = float(dice.uniform(-0.002, 0.002))
        shade = np.float32(dice.uniform(0.93, 1.07))
        texture = (other_side if dice.random() < 0.1 else side) * shade
        yield StandingCarton(
            left + jitter + 0.001,
            left + jitter + carton.width_m - 0.001,
            bottom,
            bottom + carton.height_m - 0.001,
            front,
            min(front + carton.depth_m, face.depth_m),
            float(dice.normal(0, 0.02)),
            texture,
            level,
        )
