"""Text forms lead to the same EPC; wrong texts are refused."""

import pytest
from fakes.drawn_epcs import epcs
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.characters import check_digit
from vision.rfid.epc.codec import decode
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.schemes import LEGACY
from vision.rfid.epc.texts import epc_from_elements, epc_from_text


@settings(max_examples=300)
@given(st.sampled_from(sorted(LEGACY)).flatmap(epcs))
def test_epc_uris_lead_back(epc: Epc) -> None:
    assert epc.tag_uri is not None
    assert epc.pure_identity_uri is not None
    assert epc_from_text(epc.tag_uri) == epc
    assert epc_from_text(epc.pure_identity_uri, epc.scheme, epc.filter or 0) == epc
    shortest = epc_from_text(epc.pure_identity_uri)
    assert shortest.pure_identity_uri == epc.pure_identity_uri


@settings(max_examples=400)
@given(epcs())
def test_digital_links_lead_back(epc: Epc) -> None:
    if epc.digital_link is None:
        assert epc.scheme in ("GID-96", "USDOD-96", "ADI-var")
        return
    again = epc_from_text(epc.digital_link, epc.scheme, epc.filter or 0, epc.company_prefix_digits)
    assert again.elements == epc.elements
    assert again.hostname == epc.hostname


@settings(max_examples=300)
@given(epcs())
def test_elements_lead_back(epc: Epc) -> None:
    if not epc.elements:
        return
    again = epc_from_elements(
        epc.elements, epc.scheme, epc.filter or 0, epc.company_prefix_digits, epc.hostname
    )
    assert (again.fields, again.date) == (epc.fields, epc.date)


@given(st.text(max_size=60) | st.text("urn:epctagid.sgtin-96:0123456789%()/+", max_size=60))
def test_any_text_is_an_epc_or_refused(text: str) -> None:
    for start in (
        "",
        "urn:epc:tag:sgtin-96:",
        "urn:epc:id:sgtin:",
        "(01)",
        "https://id.gs1.org/01/",
    ):
        try:
            epc_from_text(start + text)
        except InvalidTag as refused:
            said = str(refused)
        else:
            continue
        assert said


def test_the_parts_of_an_epc() -> None:
    epc = decode("3074257BF7194E4000001A85")
    assert epc.company_prefix == "0614141"
    assert epc.company_prefix_digits == 7
    assert (epc.key, epc.serial) == ("80614141123458", "6789")
    assert epc.digital_link == "https://id.gs1.org/01/80614141123458/21/6789"
    assert decode("311BA1B300CE0A6A83000000").serial is None


@pytest.mark.parametrize(
    ("digits", "scheme", "key", "serial"),
    [
        ("3376451FD40C0E400000162E", "GRAI-96", "09521141123454", "5678"),
        ("F13095211411234548566CB0AFC4", "GRAI+", "09521141123454", "32a/b"),
        ("2C76451FD46072000000162E", "GDTI-96", "9521141123454", "5678"),
        ("F839521141678909509338", "SGCN+", "9521141678909", "04711"),
        ("F2395211411234548566CB0AFC4", "SGLN+", "9521141123454", "32a/b"),
        ("3476451FD40000000000162E", "GIAI-96", "95211415678", None),
        ("3500E86F8000A9E000000586", "GID-96", None, "1414"),
    ],
)
def test_keys_and_serials(digits: str, scheme: str, key: str | None, serial: str | None) -> None:
    epc = decode(digits)
    assert (epc.scheme, epc.key, epc.serial) == (scheme, key, serial)


def test_a_gln_without_extension() -> None:
    epc = epc_from_text("(414)9521141123454", company_prefix_digits=7)
    assert epc == Epc("SGLN-96", 0, ("9521141", "12345", "0"))
    assert epc.element_string == "(414)9521141123454"
    assert epc_from_text("https://id.gs1.org/414/9521141123454").fields[1] == "0"


def test_the_shortest_scheme_that_fits_is_taken() -> None:
    assert epc_from_text("urn:epc:id:sgtin:0614141.812345.6789").scheme == "SGTIN-96"
    assert epc_from_text("urn:epc:id:sgtin:0614141.812345.06789").scheme == "SGTIN-198"
    assert epc_from_text("urn:epc:id:gdti:0614141.12345.06789").scheme == "GDTI-174"
    link = "https://id.gs1.org/01/79521141123453/21/1"
    assert epc_from_text(link).scheme == "SGTIN+"
    assert epc_from_text(link.replace("id.gs1.org", "ID.GS1.org")).scheme == "SGTIN+"
    assert epc_from_text(link + "?17=220630").scheme == "DSGTIN+"
    assert epc_from_text(link.replace("id.gs1.org", "a.com")).scheme == "SGTIN++"
    assert epc_from_text("(01)79521141123453(21)1", company_prefix_digits=7).scheme == "SGTIN-96"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "text"),
        ("hello", "text"),
        ("x" * 513, "text"),
        ("urn:epc:tag:sgtin-97:3.0614141.812345.6789", "scheme"),
        ("urn:epc:tag:sgtin+:3.0614141.812345.6789", "text"),
        ("urn:epc:tag:sgtin-96:8.0614141.812345.6789", "filter"),
        ("urn:epc:tag:sgtin-96:0614141.812345.6789", "filter"),
        ("urn:epc:tag:sgtin-96:3.0614141.6789", "uri"),
        ("urn:epc:tag:sgtin-198:3.0614141.812345.a/b", "serial"),
        ("urn:epc:tag:sgtin-198:3.0614141.812345.a%2", "serial"),
        ("urn:epc:id:sgtin:0614141.812345.", "serial"),
        ("urn:epc:id:nothing:1.2.3", "text"),
        ("(01)79521141123454(21)1", "(01)"),
        ("(01)79521141123453", "(21)"),
        ("(99)1", "text"),
        ("(21)1(01)79521141123453", "text"),
        ("https://id.gs1.org/01/79521141123453/21", "text"),
        ("https://id.gs1.org/x/01/79521141123453/21/1", "text"),
        ("https://id.gs1.org/01/79521141123453/10/1/21/1", "text"),
        ("http://a.com/01/79521141123453/21/1", "text"),
        ("https://user@a.com/01/79521141123453/21/1", "hostname"),
        ("https://id.gs1.org/01/79521141123453/21/a%zz", "(21)"),
        ("https://id.gs1.org/01/79521141123453/21/1?17=220631", "(17)"),
    ],
)
def test_wrong_texts_are_refused_and_the_field_is_named(text: str, field: str) -> None:
    with pytest.raises(InvalidTag) as refused:
        epc_from_text(text)
    assert refused.value.field == field, str(refused.value)


def test_legacy_schemes_need_the_length_of_the_company_prefix() -> None:
    with pytest.raises(InvalidTag) as refused:
        epc_from_text("(01)80614141123458(21)6789", scheme="SGTIN-96")
    assert refused.value.field == "company_prefix_digits"


@given(st.text("0123456789", min_size=1, max_size=17))
def test_check_digits_by_the_definition(digits: str) -> None:
    weighted = sum(int(d) * (3, 1)[at % 2] for at, d in enumerate(reversed(digits)))
    assert (weighted + int(check_digit(digits))) % 10 == 0
