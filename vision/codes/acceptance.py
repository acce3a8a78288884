"""What was read is not yet a fact: which codes to believe, and why.

A damaged symbol can decode to a wrong text whose check digit is right (023942431015 was seen to
read as 9074932437075). So a code counts only if the catalogue knows it, or if two pictures agree.
What zbar alone has read as EAN-8 or UPC-E needs two pictures in any case: one check digit over
seven digits lets chance through, and short numbers are likely to be in the catalogue.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from vision.codes.code import Code, Reader
from vision.codes.identities import names_of
from vision.codes.labels import agreed
from vision.codes.symbologies import Symbology

Catalogue = Collection[str] | Callable[[str], bool]
"""Known GTINs (8, 12, 13 or 14 digits), SSCCs, GLNs, locations and other texts; or who knows."""

PICTURES_TO_AGREE = 2
_EASILY_MADE_UP = frozenset((Symbology.EAN_8, Symbology.UPC_E))


class Acceptance(StrEnum):
    """Why a code is believed."""

    CATALOGUE = "catalogue"
    PICTURES = "pictures"
    """Two pictures agree."""


@dataclass(frozen=True, slots=True)
class AcceptedCode:
    """A code to believe: its best read (by zxing-cpp where there is one), why it is believed, the
    name the catalogue knows it by (empty if it does not), and in how many pictures it was read."""

    code: Code
    by: Acceptance
    known_as: str
    pictures: int


def accepted(
    pictures: Iterable[Collection[Code]], catalogue: Catalogue = ()
) -> tuple[AcceptedCode, ...]:
    """The codes to believe of those read in each of some pictures, by text.

    The pictures must be taken separately, best from two places: one picture handed over twice
    agrees with itself.
    """
    frames = [tuple(picture) for picture in pictures]
    repeated = agreed([[code.text for code in frame] for frame in frames], times=PICTURES_TO_AGREE)
    texts = sorted({code.text for frame in frames for code in frame})
    judged = (_judged(text, frames, text in repeated, catalogue) for text in texts)
    return tuple(one for one in judged if one is not None)


def _judged(
    text: str, frames: list[tuple[Code, ...]], repeated: bool, catalogue: Catalogue
) -> AcceptedCode | None:
    reads = [code for frame in frames for code in frame if code.text == text]
    best = min(reads, key=lambda code: code.reader is not Reader.ZXING)
    known_as = _known_as(best, catalogue)
    doubtful = best.reader is Reader.ZBAR and best.symbology in _EASILY_MADE_UP
    count = sum(any(code.text == text for code in frame) for frame in frames)
    if known_as and not doubtful:
        return AcceptedCode(best, Acceptance.CATALOGUE, known_as, count)
    if repeated:
        return AcceptedCode(best, Acceptance.PICTURES, known_as, count)
    return None


def _known_as(code: Code, catalogue: Catalogue) -> str:
    """The longest of its names that the catalogue knows, or nothing."""
    names = sorted(names_of(code.text, code.symbology, code.aim_id), key=lambda n: (-len(n), n))
    knows = catalogue if callable(catalogue) else catalogue.__contains__
    return next((name for name in names if knows(name)), "")
