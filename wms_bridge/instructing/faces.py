"""Where a slot is on the face of its pod."""

from dataclasses import dataclass

from planner.warehouse.ids import PodId, SlotId
from planner.warehouse.site import PodModel

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class SlotPlace:
    """A slot on a face that has ``levels`` (from the floor, from 1) and ``columns`` (from the left
    as one looks at the face, from 1).

    ``left_m`` and ``right_m`` are its sides, ``bottom_m`` and ``top_m`` its ends above the floor,
    in face coordinates (metres): x to the right from the middle of the face as one looks at it, z
    up from the floor. The heights are ``None`` at a site that does not tell those of its boards.
    """

    slot: SlotId
    pod: PodId
    face: str
    level: int
    column: int
    levels: int
    columns: int
    left_m: float
    right_m: float
    bottom_m: float | None
    top_m: float | None


def place_of(slot: SlotId, model: PodModel) -> SlotPlace:
    """The place of a slot that the site has."""
    pod, face, level_text, column_text = slot.split("/")
    level, column = int(level_text), int(column_text)
    width_m = model.size_m / model.columns
    left_m = -model.size_m / 2 + (column - 1) * width_m
    boards = model.boards_z_m
    return SlotPlace(
        slot,
        PodId(pod),
        face,
        level,
        column,
        model.levels,
        model.columns,
        round(left_m, _DIGITS),
        round(left_m + width_m, _DIGITS),
        boards[level - 1] if boards else None,
        boards[level] if boards else None,
    )
