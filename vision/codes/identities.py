"""By which names the thing on a code may be known in a catalogue."""

from planner.warehouse.errors import InvalidCode
from vision.codes.gs1 import RETAIL_ITEM, gs1_data
from vision.codes.symbologies import RETAIL, Symbology

_ANY_RETAIL = min(RETAIL_ITEM)


def names_of(text: str, symbology: Symbology, aim_id: str) -> frozenset[str]:
    """The text, and what GS1 data in it names: GTIN in 14 digits and as short as its zeros allow
    (13, 12, 8), SSCC, GLN. Data that break the standard name nothing but the text."""
    if symbology in RETAIL and not aim_id:
        aim_id = _ANY_RETAIL
    try:
        data = gs1_data(text, aim_id)
    except InvalidCode:
        data = None
    if data is None:
        return frozenset((text,))
    gtins = {
        data.gtin[-length:] for length in (14, 13, 12, 8) if data.gtin and _fits(data.gtin, length)
    }
    return frozenset((text, *gtins, *(name for name in (data.sscc, data.gln) if name)))


def _fits(gtin: str, length: int) -> bool:
    return not gtin[:-length].strip("0")
