"""GS1 data: what a code says, and what is wrong with it."""

from datetime import date

import numpy as np
import pytest
import zxingcpp
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidCode
from vision.codes.gs1 import ELEMENT_STRINGS, RETAIL_ITEM, Element, check_digit, gs1_data
from vision.codes.identities import names_of
from vision.codes.reader import read_codes
from vision.codes.symbologies import FNC1, Symbology, upc_e_expanded

GTIN = "04006381333931"
CHARACTERS = st.text("ABCXYZabcxyz0123456789-/.", min_size=1, max_size=20)
DIGITS = st.integers(0, 10**13 - 1).map(lambda number: f"{number:013}")


@given(digits=DIGITS, lot=CHARACTERS, serial=CHARACTERS, day=st.dates(date(2000, 1, 1)))
def test_element_strings_come_apart_as_they_were_put_together(
    digits: str, lot: str, serial: str, day: date
) -> None:
    gtin = digits + str(check_digit(digits))
    text = f"01{gtin}17{day:%y%m%d}10{lot}{FNC1}21{serial}"
    data = gs1_data(text, "]d2")
    assert data is not None
    assert (data.raw, data.gtin, data.lot, data.serial) == (text, gtin, lot, serial)
    assert data.sscc is data.gln is data.count is None
    assert [element.ai for element in data.elements] == ["01", "17", "10", "21"]
    assert data.elements[2] == Element("10", "BATCH/LOT", lot)
    assert data.expiry(this_year=day.year) == day


@given(digits=st.integers(0, 10**17 - 1).map(lambda number: f"{number:017}"))
def test_a_logistic_unit_is_told_with_what_is_in_it(digits: str) -> None:
    sscc = digits + str(check_digit(digits))
    data = gs1_data(f"00{sscc}02{GTIN}3712", "]C1")
    assert data is not None
    assert (data.sscc, data.content_gtin, data.count, data.gtin) == (sscc, GTIN, 12, None)


@given(digits=DIGITS, wrong=st.integers(1, 9), aim=st.sampled_from(["]C1", "]E0"]))
def test_a_wrong_check_digit_is_told_and_the_text_kept(digits: str, wrong: int, aim: str) -> None:
    gtin = digits + str((check_digit(digits) + wrong) % 10)
    text = gtin if aim == "]E0" else f"01{gtin}"
    with pytest.raises(InvalidCode, match="check digit") as refused:
        gs1_data(text, aim)
    assert refused.value.value == text
    assert refused.value.remedy


@given(text=st.text(max_size=60), aim=st.sampled_from(sorted(ELEMENT_STRINGS | RETAIL_ITEM)))
def test_any_text_is_parsed_or_refused(text: str, aim: str) -> None:
    try:
        data = gs1_data(text, aim)
    except InvalidCode as refused:
        told = refused
        assert told.field
        assert told.value == text
    else:
        assert data is not None
        assert data.raw == text


@given(text=st.text("0123456789" + FNC1, max_size=40))
def test_digits_are_parsed_whole_or_refused(text: str) -> None:
    try:
        data = gs1_data(text, "]C1")
    except InvalidCode:
        return
    assert data is not None
    put_together = "".join(element.ai + element.value for element in data.elements)
    assert put_together == text.replace(FNC1, "")


@pytest.mark.parametrize(
    ("text", "problem", "field"),
    [
        ("8888123", "not in the standard", "text at 0"),
        (f"01{GTIN}XY", "not in the standard", "text at 16"),
        ("17261301", "not as its application identifier", "text at 0"),
        ("01123", "not as its application identifier", "text at 0"),
        ("10" + "A" * 21, "too long", "AI 10"),
        (f"10A{FNC1}10B", "two values", "AI 10"),
        ("4149501101020918", "check digit", "AI 414"),
        ("", "no element strings", "text"),
        (FNC1, "no element strings", "text"),
        ("10\u00e4", "no element strings", "text"),
    ],
)
def test_what_breaks_the_standard_is_told(text: str, problem: str, field: str) -> None:
    with pytest.raises(InvalidCode, match=problem) as refused:
        gs1_data(text, "]C1")
    assert refused.value.field.startswith(field)
    assert refused.value.value == text


def test_a_location_is_told() -> None:
    data = gs1_data("4149501101020917", "]Q3")
    assert data is not None
    assert data.gln == "9501101020917"


@pytest.mark.parametrize(
    ("yymmdd", "this_year", "day"),
    [
        ("261231", 2026, date(2026, 12, 31)),
        ("260200", 2026, date(2026, 2, 28)),
        ("280200", 2026, date(2028, 2, 29)),
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("020101", 2060, date(2102, 1, 1)),
        ("110101", 2060, date(2011, 1, 1)),
    ],
)
def test_the_century_is_the_nearest(yymmdd: str, this_year: int, day: date) -> None:
    data = gs1_data(f"17{yymmdd}15{yymmdd}", "]C1")
    assert data is not None
    assert data.expiry(this_year) == data.best_before(this_year) == day


def test_a_day_that_its_century_lacks_is_told() -> None:
    data = gs1_data("17000229", "]C1")  # 2000 had it, 2100 has not
    assert data is not None
    assert data.expiry(2026) == date(2000, 2, 29)
    with pytest.raises(InvalidCode, match="no day"):
        data.expiry(2080)


def test_only_codes_that_say_so_hold_gs1_data() -> None:
    assert gs1_data(f"01{GTIN}", "]C0") is None
    assert gs1_data(GTIN, "]Q1") is None
    assert gs1_data("12345670", "]I1") is None
    itf = gs1_data("00614141123452", "]I1")
    assert itf is not None
    assert itf.gtin == "00614141123452"


@pytest.mark.parametrize("name", ["Code128", "DataMatrix", "QRCode"])
def test_fnc1_comes_through_the_reader(name: str) -> None:
    made = zxingcpp.create_barcode(
        f"(01){GTIN}(10)A-1(21)77", getattr(zxingcpp.BarcodeFormat, name), gs1=True
    )
    image = np.array(zxingcpp.write_barcode_to_image(made, scale=4, add_quiet_zones=True))
    (code,) = read_codes(image)
    assert code.text == f"01{GTIN}10A-1{FNC1}2177"
    assert code.aim_id in ELEMENT_STRINGS
    data = gs1_data(code.text, code.aim_id)
    assert data is not None
    assert (data.gtin, data.lot, data.serial) == (GTIN, "A-1", "77")


def test_a_thing_goes_by_several_names() -> None:
    ean = names_of("4006381333931", Symbology.EAN_13, "]E0")
    assert ean == {"4006381333931", GTIN}
    upc = names_of("0036000291452", Symbology.EAN_13, "]E0")
    assert upc == {"0036000291452", "00036000291452", "036000291452"}
    assert "96385074" in names_of("96385074", Symbology.EAN_8, "")
    assert names_of(GTIN[:-1] + "2", Symbology.ITF, "]I1") == {GTIN[:-1] + "2"}
    assert names_of("P017-A-2-3", Symbology.QR, "]Q1") == {"P017-A-2-3"}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("04963406", "0049000006346"),
        ("01264904", "0012000006494"),
        ("01234565", "0012345000065"),
        ("04124498", "0041244000098"),
        ("96385074", "96385074"),
        ("0126490", "0126490"),
        ("0126490\u0661", "0126490\u0661"),
    ],
)
def test_zeros_of_upc_e_are_put_back(short: str, long: str) -> None:
    assert upc_e_expanded(short) == long


@given(digits=st.text("0123456789", min_size=6, max_size=6))
def test_upc_e_means_what_the_reader_says(digits: str) -> None:
    # Where another way of leaving out zeros is asked for, nothing can be printed.
    assume(not (digits[5] == "3" and digits[2] in "012"))
    assume(not (digits[5] == "4" and digits[3] == "0"))
    assume(not (digits[5] > "4" and digits[4] == "0"))
    body = upc_e_expanded(f"0{digits}0")[:-1]
    short = f"0{digits}{check_digit(body)}"
    made = zxingcpp.create_barcode(short, zxingcpp.BarcodeFormat.UPCE)
    image = np.array(zxingcpp.write_barcode_to_image(made, scale=3, add_quiet_zones=True))
    (code,) = read_codes(image)
    assert code.text == upc_e_expanded(short)
