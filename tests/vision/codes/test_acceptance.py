"""A code is believed when the catalogue knows it or two pictures agree, and never on less."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.codes import zbar
from vision.codes.acceptance import Acceptance, accepted
from vision.codes.code import Code, Found, Reader
from vision.codes.reader import read_codes
from vision.codes.symbologies import Symbology

PLACE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
AIM = {Symbology.EAN_13: "]E0", Symbology.EAN_8: "]E4", Symbology.QR: "]Q1"}


def code(
    text: str, symbology: Symbology = Symbology.QR, reader: Reader = Reader.ZXING, aim: str = ""
) -> Code:
    if reader is Reader.ZXING and not aim:
        aim = AIM.get(symbology, "]C0")
    return Code(text, symbology, PLACE, aim, Found.DIRECT, reader)


def test_a_code_seen_once_and_unknown_is_not_believed() -> None:
    assert accepted([[code("A")], [code("B")], []]) == ()
    assert accepted([]) == ()


def test_two_pictures_agree() -> None:
    (one,) = accepted([[code("A"), code("X")], [code("B")], [code("A")]])
    assert (one.code, one.by, one.known_as, one.pictures) == (code("A"), Acceptance.PICTURES, "", 2)


def test_twice_in_one_picture_is_once() -> None:
    assert accepted([[code("A"), code("A")]]) == ()


def test_the_catalogue_knows() -> None:
    (one,) = accepted([[code("A"), code("X")]], {"A", "B"})
    assert (one.by, one.known_as, one.pictures) == (Acceptance.CATALOGUE, "A", 1)


def test_the_catalogue_may_be_a_question() -> None:
    asked: list[str] = []

    def knows(name: str) -> bool:
        asked.append(name)
        return name.startswith("P0")

    (one,) = accepted([[code("P017"), code("Q")]], knows)
    assert one.known_as == "P017"
    assert set(asked) == {"P017", "Q"}


@pytest.mark.parametrize("known", ["4006381333931", "04006381333931"])
@pytest.mark.parametrize(
    "seen",
    [
        code("4006381333931", Symbology.EAN_13),
        code("4006381333931", Symbology.EAN_13, Reader.ZBAR),
        code("010400638133393110A1", Symbology.CODE_128, aim="]C1"),
    ],
)
def test_a_gtin_is_known_however_it_is_written(known: str, seen: Code) -> None:
    (one,) = accepted([[seen]], {known})
    assert (one.by, one.known_as) == (Acceptance.CATALOGUE, known)


def test_a_pallet_is_known_by_its_sscc() -> None:
    seen = code("00006141411234567890", Symbology.CODE_128, aim="]C1")
    (one,) = accepted([[seen]], {"006141411234567890"})
    assert one.known_as == "006141411234567890"


def test_a_part_of_a_code_is_not_the_code() -> None:
    assert accepted([[code("P017-A")]], {"P017", "P017-A-2"}) == ()


@pytest.mark.parametrize("symbology", [Symbology.EAN_8, Symbology.UPC_E])
def test_what_zbar_alone_reads_of_short_symbols_needs_two_pictures(symbology: Symbology) -> None:
    by_zbar = code("96385074", symbology, Reader.ZBAR)
    assert accepted([[by_zbar]], {"96385074"}) == ()
    (twice,) = accepted([[by_zbar], [by_zbar]], {"96385074"})
    assert (twice.by, twice.pictures) == (Acceptance.PICTURES, 2)
    (both,) = accepted([[by_zbar, code("96385074", symbology)]], {"96385074"})
    assert (both.by, both.code.reader) == (Acceptance.CATALOGUE, Reader.ZXING)


@given(
    pictures=st.lists(
        st.lists(
            st.builds(
                code,
                st.sampled_from("ABCD"),
                st.sampled_from([Symbology.QR, Symbology.UPC_E, Symbology.CODE_39]),
                st.sampled_from(Reader),
            ),
            max_size=5,
        ),
        max_size=5,
    ),
    catalogue=st.sets(st.sampled_from("ABXY")),
)
def test_nothing_is_believed_without_a_reason(
    pictures: list[list[Code]], catalogue: set[str]
) -> None:
    believed = accepted(pictures, catalogue)
    assert [one.code.text for one in believed] == sorted({one.code.text for one in believed})
    for text in "ABCD":
        reads = [seen for picture in pictures for seen in picture if seen.text == text]
        frames = sum(any(seen.text == text for seen in picture) for picture in pictures)
        doubtful = all(seen.reader is Reader.ZBAR for seen in reads)
        surely = text in catalogue and bool(reads) and not doubtful
        is_in = any(one.code.text == text for one in believed)
        assert is_in or not (frames >= 2 or surely)
        assert not is_in or frames >= 2 or (text in catalogue and bool(reads))


class FakeZbar:
    """Stands for pyzbar: says the same of every picture."""

    def __init__(self, *reads: SimpleNamespace) -> None:
        self._reads = reads
        self.ZBarSymbol = {name: name for name in zbar._NAMES}
        self.asked: list[list[str]] = []

    def decode(self, _image: np.ndarray, symbols: list[str]) -> list[SimpleNamespace]:
        self.asked.append(symbols)
        return [read for read in self._reads if read.type in symbols]


def heard(text: bytes, kind: str, *points: tuple[int, int]) -> SimpleNamespace:
    polygon = [SimpleNamespace(x=x, y=y) for x, y in points]
    return SimpleNamespace(data=text, type=kind, polygon=polygon)


def test_zbar_is_asked_last_and_only_where_something_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeZbar(heard(b"04963406", "UPCE", (5, 6), (9, 6)), heard(b"\xff", "QRCODE"))
    monkeypatch.setattr(zbar, "_pyzbar", lambda: fake)
    blank = np.full((60, 80), 128, np.uint8)
    assert read_codes(blank) == ()
    assert fake.asked == []
    (found,) = read_codes(blank, thorough=True)
    assert (found.text, found.reader, found.aim_id) == ("0049000006346", Reader.ZBAR, "")
    assert found.corners_px == ((5, 6), (9, 6), (9, 6), (5, 6))
    assert read_codes(blank, thorough=True, symbologies=frozenset((Symbology.DATA_MATRIX,))) == ()


def test_without_zbar_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zbar, "_pyzbar", lambda: None)
    assert not zbar.available()
    assert zbar.read_with_zbar(np.zeros((5, 5), np.uint8), frozenset(Symbology)) == ()
