"""GS1 keys in URNs and links, in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.epcis.digital_link import ID_GS1, canonical, check_digit

URNS = {
    "urn:epc:id:sgtin:4012345.012345.12": "01/04012345123456/21/12",
    "urn:epc:id:sgtin:0614141.812345.a.b": "01/80614141123458/21/a.b",
    "urn:epc:id:sgtin:0614141.812345.32a%2Fb": "01/80614141123458/21/32a%2Fb",
    "urn:epc:id:sscc:4012345.0000000333": "00/040123450000003338",
    "urn:epc:id:sgln:4012345.00011.0": "414/4012345000115",
    "urn:epc:id:sgln:4012345.00011.987": "414/4012345000115/254/987",
    "urn:epc:id:sgln:061414107346..x": "414/0614141073467/254/x",
    "urn:epc:id:pgln:4012345.00225": "417/4012345002256",
    "urn:epc:id:grai:4012345.66666.87": "8003/0401234566666387",
    "urn:epc:id:giai:4012345.AAbb": "8004/4012345AAbb",
    "urn:epc:id:gsrn:4012345.9876540000": "8018/401234598765400000",
    "urn:epc:id:gsrnp:4012345.0000098765": "8017/401234500000987658",
    "urn:epc:id:gdti:4012345.55555.98": "253/401234555555498",
    "urn:epc:id:cpi:4012345.ABC.123": "8010/4012345ABC/8011/123",
    "urn:epc:id:sgcn:4012345.99999.44": "255/401234599999044",
    "urn:epc:id:ginc:4012345.333": "401/4012345333",
    "urn:epc:id:gsin:4012345.999987654": "402/40123459999876541",
    "urn:epc:id:itip:4012345.012345.01.02.999": "8006/040123451234560102/21/999",
    "urn:epc:id:upui:4012345.012345.AB12": "01/04012345123456/235/AB12",
    "urn:epc:class:lgtin:4054739.099914.20160711": "01/04054739999148/10/20160711",
    "urn:epc:idpat:sgtin:4054739.099914.*": "01/04054739999148",
    "urn:epc:idpat:grai:4012345.66666.*": "8003/04012345666663",
    "urn:epc:idpat:gdti:4012345.55555.*": "253/4012345555554",
    "urn:epc:idpat:sgcn:4012345.99999.*": "255/4012345999990",
    "urn:epc:idpat:cpi:4012345.ABC.*": "8010/4012345ABC",
    "urn:epc:idpat:itip:4012345.012345.01.02.*": "8006/040123451234560102",
}
LINKS = {
    "https://id.gs1.org/01/04012345123456/21/12": "01/04012345123456/21/12",
    "http://shop.example.com/01/4012345123456": "01/04012345123456",
    "https://a.example.com/x/y/01/04012345123456/22/V/10/L/21/S?11=220101#top": (
        "01/04012345123456/21/S"
    ),
    "https://a.example.com/01/04012345123456/22/V/10/L": "01/04012345123456/10/L",
    "https://a.example.com/414/4012345000115/254/32a%2Fb": "414/4012345000115/254/32a%2Fb",
    "https://example.org/8004/401234599999": "8004/401234599999",
}


@pytest.mark.parametrize(("uri", "steps"), (URNS | LINKS).items())
def test_one_form(uri: str, steps: str) -> None:
    """The URNs without escapes are those of the reference implementation of the event hash."""
    assert canonical(uri) == f"{ID_GS1}/{steps}"
    assert canonical(canonical(uri)) == canonical(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:sgtin:4012345.01234.12",
        "urn:epc:id:sgtin:40123.01234567.12",
        "urn:epc:id:sgtin:4012345.0x2345.12",
        "urn:epc:id:sgtin:4012345",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:idpat:sgtin:4012345.012345.1",
        "urn:epc:id:nothing:4012345.012345.1",
        "urn:epcglobal:cbv:bt:0614141073467:1152",
        "http://transaction.acme.com/po/12345678",
        "https://example.com/01/notagtin",
        "https://example.com/01/04012345123456/21",
        "example:x",
    ],
)
def test_what_holds_no_key_stays_as_it_is(uri: str) -> None:
    assert canonical(uri) == uri


@pytest.mark.parametrize("key", ["0614141073467", "80614141123458", "040123450000003338"])
def test_check_digits(key: str) -> None:
    assert check_digit(key[:-1]) == key[-1]


@given(st.text(alphabet="urn:epcidsglhtp/.*%0123456789", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    once = canonical(f"urn:epc:{text}")
    assert once == f"urn:epc:{text}" or once.startswith(ID_GS1)
