"""What the articles of a simulated site are like: cartons that fit their slots, GTINs, tags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Sku
from planner.warehouse.site import PodModel
from sim_worlds.sensing.faces import face_model
from vision.rfid.epc.codec import decode
from vision.rfid.llrp.racks import sgtin_96
from vision.shelf.rack import Carton
from vision.shelf.stacks import room_for

_MOST_ACROSS, _MOST_UP, _MOST_DEEP = 6, 5, 8
_SLACK = (0.84, 0.96)
"""Share of the room that cartons take up, along each side."""
_HANDY_M = 0.06
"""Cartons are not smaller where they need not be: the strip of labels hides the low ones."""
_GTIN = "01"


@dataclass(frozen=True, slots=True)
class Article:
    """An article: ``item`` is its item reference, of which its ``gtin`` (14 digits) and the EPCs of
    its pieces are made; ``capacity``: so many of its cartons fit a slot. ``tagged``: its pieces
    carry RFID tags. ``code`` is printed on every carton."""

    sku: Sku
    item: int
    gtin: str
    carton: Carton
    capacity: int
    tagged: bool
    code: str

    def epc(self, serial: int) -> bytes:
        """SGTIN-96 of a piece."""
        return sgtin_96(self.item, serial)


def articles_of(
    model: PodModel, skus: Iterable[Sku], seed: int, tagged_share: float = 1.0
) -> Mapping[Sku, Article]:
    """An article for each SKU: cartons drawn by lot such that at least ``slot_capacity`` of them,
    or as many as can be, fit a slot. Raises ``InvalidStock`` for slots too small for any."""
    random = Random(f"{seed}/articles")
    ways = _ways(model)
    if not ways:
        raise InvalidStock(
            "no carton fits the slots",
            field="pod_model",
            value=(model.size_m, model.levels, model.columns),
            remedy="Use fewer levels or columns.",
        )
    made = {}
    for item, sku in enumerate(skus):
        carton, capacity = random.choice(ways)
        capacity = min(capacity, model.slot_capacity)
        gtin = dict(decode(sgtin_96(item, 0)).elements)[_GTIN]
        tagged = random.random() < tagged_share
        made[sku] = Article(sku, item, gtin, carton, capacity, tagged, gtin)
    return made


def _ways(model: PodModel) -> list[tuple[Carton, int]]:
    """Cartons that fill a slot in whole numbers across, up and deep; those that fit most if none
    fits as many as there is to be room for."""
    face = face_model("P001", model.faces[0], model)
    box = next(iter(face.slots().values()))
    wide, high = box.right_m - box.left_m, box.top_m - box.bottom_m
    found: list[tuple[int, Carton]] = []
    for across in range(1, _MOST_ACROSS + 1):
        for up in range(1, _MOST_UP + 1):
            deep = min(-(-model.slot_capacity // (across * up)), _MOST_DEEP)
            slack = _SLACK[(across + up) % 2]
            carton = Carton(
                round(slack * wide / across, 3),
                round(slack * high / up, 3),
                round(0.9 * (face.depth_m - 0.02) / deep - 0.004, 3),
            )
            found.append((room_for(face, box, carton), carton))
    most = max(room for room, _ in found)
    least = min(most, model.slot_capacity)
    fit = [(carton, room) for room, carton in found if room >= least]
    handy = [one for one in fit if min(one[0].width_m, one[0].height_m) >= _HANDY_M]
    return handy or fit
