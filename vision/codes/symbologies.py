"""The symbologies that are read, and how the text of each is written.

Retail symbols (EAN/UPC, ISO/IEC 15420) are told as GTIN-13, whichever of them was printed: a UPC-A
symbol is an EAN-13 symbol that begins with 0, and UPC-E is one with zeros left out. EAN-8 keeps its
eight digits. All others are told as they are, FNC1 in the middle of a text as GS (0x1D).
"""

from enum import StrEnum

import zxingcpp

FNC1 = "\x1d"
"""How FNC1 as a separator stands in a text (GS1 General Specifications 7.8.3)."""


class Symbology(StrEnum):
    """What is printed: bars (the first nine) or modules."""

    EAN_8 = "ean_8"
    EAN_13 = "ean_13"
    UPC_A = "upc_a"
    UPC_E = "upc_e"
    CODE_39 = "code_39"
    CODE_93 = "code_93"
    CODE_128 = "code_128"
    ITF = "itf"
    CODABAR = "codabar"
    QR = "qr"
    DATA_MATRIX = "data_matrix"


MATRIX = frozenset((Symbology.QR, Symbology.DATA_MATRIX))
LINEAR = frozenset(Symbology) - MATRIX
RETAIL = frozenset((Symbology.EAN_8, Symbology.EAN_13, Symbology.UPC_A, Symbology.UPC_E))

_FORMATS = {
    Symbology.EAN_8: zxingcpp.BarcodeFormat.EAN8,
    Symbology.EAN_13: zxingcpp.BarcodeFormat.EAN13,
    Symbology.UPC_A: zxingcpp.BarcodeFormat.UPCA,
    Symbology.UPC_E: zxingcpp.BarcodeFormat.UPCE,
    Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
    Symbology.CODE_93: zxingcpp.BarcodeFormat.Code93,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.ITF: zxingcpp.BarcodeFormat.ITF,
    Symbology.CODABAR: zxingcpp.BarcodeFormat.Codabar,
    Symbology.QR: zxingcpp.BarcodeFormat.QRCode,
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
}
_EXACT = {format: symbology for symbology, format in _FORMATS.items()}
_KINDRED = {_FORMATS[symbology]: symbology for symbology in Symbology if symbology not in RETAIL}


def zxing_formats(symbologies: frozenset[Symbology]) -> zxingcpp.BarcodeFormats:
    """These symbologies as zxing-cpp takes them."""
    return zxingcpp.BarcodeFormats([_FORMATS[symbology] for symbology in sorted(symbologies)])


def symbology_of(code: zxingcpp.Barcode) -> Symbology:
    """What zxing-cpp has read; it tells variants (ITF-14, QR model 2) by names of their own."""
    exact = _EXACT.get(code.format)
    return exact or _KINDRED.get(code.symbology, Symbology.EAN_13)


def upc_e_expanded(digits: str) -> str:
    """The GTIN-13 of the eight digits of a UPC-E symbol (ISO/IEC 15420, zero suppression); the
    text itself where it is none."""
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()) or digits[0] not in "01":
        return digits
    system, body, last, check = digits[0], digits[1:6], digits[6], digits[7]
    if last in "012":
        long = body[:2] + last + "0000" + body[2:]
    elif last == "3":
        long = body[:3] + "00000" + body[3:]
    elif last == "4":
        long = body[:4] + "00000" + body[4:]
    else:
        long = body + "0000" + last
    return f"0{system}{long}{check}"
