"""A second reader, where it is installed: zbar through pyzbar (``pip install podherd[vision]``, and
the system's libzbar0). It reads some damaged EAN and QR symbols that zxing-cpp does not, and makes
up an EAN-8 or UPC-E now and then, whose single check digit lets one in ten guesses pass: what it
alone has read of these needs a second picture (``vision/codes/acceptance.py``)."""

from functools import cache
from typing import Any, NamedTuple

from vision.codes.marks import GreyImage
from vision.codes.symbologies import Symbology, upc_e_expanded

_NAMES = {
    "EAN8": Symbology.EAN_8,
    "EAN13": Symbology.EAN_13,
    "UPCE": Symbology.UPC_E,
    "CODE39": Symbology.CODE_39,
    "CODE93": Symbology.CODE_93,
    "CODE128": Symbology.CODE_128,
    "I25": Symbology.ITF,
    "CODABAR": Symbology.CODABAR,
    "QRCODE": Symbology.QR,
}


class ZbarRead(NamedTuple):
    """A text, what it was printed as, and places on the symbol in pixels."""

    text: str
    symbology: Symbology
    points_px: tuple[tuple[float, float], ...]


def available() -> bool:
    """Whether pyzbar and its library are installed."""
    return _pyzbar() is not None


def read_with_zbar(grey: GreyImage, symbologies: frozenset[Symbology]) -> tuple[ZbarRead, ...]:
    """What zbar reads in a picture; nothing where it is not installed, or where what it reads is
    no text."""
    pyzbar = _pyzbar()
    wanted = [name for name, symbology in _NAMES.items() if symbology in symbologies]
    if Symbology.UPC_A in symbologies and "EAN13" not in wanted:
        wanted.append("EAN13")
    if pyzbar is None or not wanted:
        return ()
    codes = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol[name] for name in wanted])
    reads = (_read(code) for code in codes)
    return tuple(read for read in reads if read is not None)


def _read(code: Any) -> ZbarRead | None:
    try:
        text = code.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    symbology = _NAMES[code.type]
    if symbology is Symbology.UPC_E:
        text = upc_e_expanded(text)
    return ZbarRead(text, symbology, tuple((float(p.x), float(p.y)) for p in code.polygon))


@cache
def _pyzbar() -> Any | None:
    try:
        from pyzbar import pyzbar
    except (ImportError, OSError):
        return None
    return pyzbar
