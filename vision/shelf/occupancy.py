"""Whether a slot holds anything, in three states."""

from enum import StrEnum

import numpy as np

from vision.fusion.pieces import Chances
from vision.shelf.rack import Carton, SlotBox


class Occupancy(StrEnum):
    """What can be said of a slot."""

    EMPTY = "empty"
    OCCUPIED = "occupied"
    UNSURE = "unsure"


def occupancy_of(front: Chances, sure: float) -> Occupancy:
    """From the likelihood of cartons in front, before anything is known of the slot: nothing and
    something are as likely, and so are all numbers from one on."""
    empty, some = float(front[0]), float(np.mean(front[1:]))
    probability = some / (empty + some)
    if probability >= sure:
        return Occupancy.OCCUPIED
    return Occupancy.EMPTY if probability <= 1 - sure else Occupancy.UNSURE


def some_carton(box: SlotBox, depth_m: float) -> Carton:
    """What to look for where the size of the cartons is not known: two by two fill the slot."""
    return Carton((box.right_m - box.left_m) / 2, (box.top_m - box.bottom_m) / 2, depth_m)
