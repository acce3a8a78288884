"""Figures that counting rests on."""

from dataclasses import dataclass, field

from vision.counting.locating import LocatingParams
from vision.fusion.pieces import RecordParams
from vision.fusion.tags import TagParams
from vision.rfid.likelihoods import Template
from vision.shelf.params import ShelfParams


@dataclass(frozen=True, slots=True)
class CountingParams:
    """``record`` and ``tags``: how books, tags and scans err on this site; ``template`` and
    ``locating``: what the reader's antennas are like; ``shelf``: what pictures tell.

    ``untagged``: share of the pieces of a tagged SKU that have no tag. ``clock_ms``: reads so far
    outside of the robot's track are refused. A pass with less than ``sound`` of the reads to be
    expected is a reader that failed. ``chances``: so many reads of a weak tag (``weak_db`` below
    the mean) must be expected in a slot, or the pass has not covered it. ``supports``: evidence of
    a kind speaks for a count only if it is so many times likelier than the books' with it.
    ``picture_floor``: share of pictures that look like anything. Books are right with
    ``record.accuracy`` until the slot is settled, then with ``settled``, less ``wrong_per_day`` and
    ``wrong_per_movement``: our assumptions, as those of :mod:`planner.assign.counting`.
    """

    record: RecordParams = field(default_factory=RecordParams)
    tags: TagParams = field(default_factory=TagParams)
    template: Template = field(default_factory=Template)
    locating: LocatingParams = field(default_factory=LocatingParams)
    shelf: ShelfParams = field(default_factory=ShelfParams)
    untagged: float = 0.002
    clock_ms: int = 500
    sound: float = 0.5
    chances: float = 4.0
    weak_db: float = 4.0
    supports: float = 2.0
    picture_floor: float = 0.02
    settled: float = 0.998
    wrong_per_day: float = 0.002
    wrong_per_movement: float = 0.002

    def __post_init__(self) -> None:
        wrong = (1 - self.settled, self.wrong_per_day, self.wrong_per_movement)
        shares = (self.untagged, self.sound, self.picture_floor, *wrong)
        if not all(0 <= share < 1 for share in shares):
            raise ValueError(f"shares are from 0 to below 1 (found {self})")
        if self.clock_ms < 0 or self.chances <= 0 or self.supports < 1:
            raise ValueError(f"need clock_ms >= 0, chances > 0, supports >= 1 (found {self})")
