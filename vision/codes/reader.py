"""Reading codes: a glance at the whole picture, and closer looks where a code is still missing.

A glance reads nearly all codes that are upright or on their side, in a few milliseconds. Closer
looks (``vision/codes/closer.py``) take ten times as long; they are taken only for an expected code
that is missing, or where nothing was found and the caller asks for effort. A code that was read is
not yet a fact: see ``vision/codes/acceptance.py``.
"""

from collections.abc import Collection
from typing import Any

from numpy.typing import NDArray

from vision.codes.closer import closer_looks, glance
from vision.codes.code import Code, add_code
from vision.codes.identities import names_of
from vision.codes.images import MOST_PIXELS, lit_image
from vision.codes.symbologies import Symbology

ALL_SYMBOLOGIES = frozenset(Symbology)


def read_codes(
    image: NDArray[Any],
    *,
    expected: Collection[str] = (),
    thorough: bool = False,
    symbologies: frozenset[Symbology] = ALL_SYMBOLOGIES,
    most_pixels: int = MOST_PIXELS,
) -> tuple[Code, ...]:
    """All codes of these symbologies in a grey or RGB picture, each once, by text and place.

    ``expected``: texts, GTINs, SSCCs or GLNs that should be there; closer looks go on until all
    are found or nothing is left to try. ``thorough`` asks for closer looks when nothing was found.
    Raises ``InvalidImage`` for what is no picture of bytes, too large, black or overexposed.
    """
    grey = lit_image(image, most_pixels)
    found: list[Code] = []
    if not symbologies:
        return ()
    for code in glance(grey, symbologies):
        add_code(found, code)
    if _wanting(found, expected, thorough):
        for code in closer_looks(grey, symbologies, tuple(found)):
            add_code(found, code)
            if not _wanting(found, expected, thorough):
                break
    return tuple(sorted(found, key=lambda code: (code.text, code.corners_px)))


def missing(found: Collection[Code], expected: Collection[str]) -> tuple[str, ...]:
    """Which of the expected texts, GTINs, SSCCs or GLNs no code says."""
    told = {name for code in found for name in names_of(code.text, code.symbology, code.aim_id)}
    return tuple(text for text in expected if text not in told)


def _wanting(found: Collection[Code], expected: Collection[str], thorough: bool) -> bool:
    """Whether to go on looking."""
    return bool(missing(found, expected)) if expected else thorough and not found
