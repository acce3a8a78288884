"""One name for a thing, however it is scanned or sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import Sku
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.records.tracing import Name
from wms_bridge.serials.naming import kind_of_sku, name_of_uri, read_name, uri_of

SITE = EpcisSite("https://wms.example.com/hall-2", "https://example.com/goods")
OTHER = EpcisSite("urn:example:hall-2", "urn:example:goods")
BOTTLE = Name("01/09506000134352", "S/1")
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    "text",
    [
        "010950600013435221S/1",
        "]d2010950600013435221S/1",
        "010950600013435221S/1\x1d10LOT-7",
        "(01)09506000134352(21)S/1",
        "(01)09506000134352(10)LOT-7(21)S/1",
        "https://id.gs1.org/01/09506000134352/21/S%2F1",
        "https://shop.example/x/01/9506000134352/10/LOT-7/21/S%2F1?17=300101",
        "urn:epc:id:sgtin:9506000.013435.S%2F1",
        "01/09506000134352/21/S/1",
    ],
)
def test_all_ways_to_name_a_piece(text: str) -> None:
    assert read_name(text) == BOTTLE


@pytest.mark.parametrize(
    "text",
    [
        "00106141412345678908",
        "106141412345678908",
        "(00)106141412345678908",
        "urn:epc:id:sscc:0614141.1234567890",
        "https://id.gs1.org/00/106141412345678908",
    ],
)
def test_all_ways_to_name_a_pallet(text: str) -> None:
    assert read_name(text) == Name("00", "106141412345678908")


@pytest.mark.parametrize(
    "text",
    [
        *("", " S1", "S1", "x" * 201, "(21)S1", "https://example.com/", "00/123"),
        *("00106141412345678907", "(01)09506000134353(21)S1", "01/09506000134352/99/x"),
        *("urn:epc:id:sgtin:9506000.13435.1", "01/09506000134352/21/ä"),
        "01/09506000134352/21/" + "1" * 21,
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidMessage):
        read_name(text)


def test_a_plain_serial_needs_its_sku() -> None:
    assert read_name("S1", Sku("RED/M")) == Name("sku/RED%2FM", "S1")


gtins = st.integers(0, 10**13 - 1).map(lambda n: f"{n:013}" + check_digit(f"{n:013}"))
sku_kinds = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=30)
kinds = gtins.map(lambda gtin: f"01/{gtin}") | sku_kinds.map(lambda s: kind_of_sku(Sku(s)))
serials = st.text(SET_82, min_size=1, max_size=20)
names = (
    st.builds(Name, kinds, serials)
    | st.builds(Name, kinds, st.just(""), serials | st.just(""))
    | st.integers(0, 10**17 - 1).map(lambda n: Name("00", f"{n:017}" + check_digit(f"{n:017}")))
)


@given(names, st.sampled_from([SITE, OTHER]))
def test_names_and_uris_are_read_back(name: Name, site: EpcisSite) -> None:
    assert read_name(str(name)) == name
    assert name_of_uri(uri_of(name, site), site) == name


@given(st.text(max_size=60), st.none() | st.just(Sku("RED")))
def test_any_text_is_a_name_or_refused(text: str, sku: Sku | None) -> None:
    try:
        found = read_name(text, sku)
    except InvalidMessage:
        return
    assert read_name(str(found)) == found
