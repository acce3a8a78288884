"""What is written is read again; what is no EPC is refused and nothing else happens."""

from collections.abc import Callable

import pytest
from fakes.drawn_epcs import epcs, hostnames
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.codec import decode, decode_generic, encode, encode_bits
from vision.rfid.epc.fast import FAST
from vision.rfid.epc.hostnames import put_hostname, take_hostname
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.schemes import BY_HEADER, SCHEMES

HEADERS = sorted(BY_HEADER)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_what_is_written_is_read_again(scheme: str) -> None:
    @settings(max_examples=60)
    @given(epcs(scheme))
    def holds(epc: Epc) -> None:
        assert decode(encode(epc)) == epc
        assert decode(encode(epc).hex()) == epc
        value, length = encode_bits(epc)
        if epc.aidc_bits is None:
            filled = (value << -length % 8).to_bytes(-(-length // 8), "big")
            assert decode(filled, length) == epc

    holds()


@given(st.binary(max_size=64))
@example(b"")
@example(b"\x30" * 63)
def test_random_bytes_are_an_epc_or_refused(data: bytes) -> None:
    check_any(data)


@settings(max_examples=400)
@given(st.sampled_from(HEADERS), st.binary(max_size=61))
def test_random_bytes_behind_a_good_header_are_an_epc_or_refused(header: int, rest: bytes) -> None:
    check_any(bytes((header, *rest)))


def read_or_refused(data: bytes | str) -> Epc | None:
    """The EPC; None if it is refused with all that a refusal must name."""
    refused: InvalidTag
    try:
        return decode(data)
    except InvalidTag as error:
        refused = error
    assert refused.field
    assert refused.remedy
    return None


def check_any(data: bytes) -> None:
    epc = read_or_refused(data)
    if epc is None:
        return
    assert decode(encode(epc)) == epc
    assert epc.pure_identity_uri or epc.digital_link


@given(st.text(max_size=130) | st.text("0123456789abcdefABCDEF _-+x", max_size=40))
def test_any_text_is_an_epc_or_refused(text: str) -> None:
    read_or_refused(text)


@pytest.mark.parametrize("header", sorted(FAST))
def test_the_fast_path_is_the_generic_path(header: int) -> None:
    @settings(max_examples=300)
    @given(st.binary(min_size=11, max_size=11) | partitioned())
    def holds(rest: bytes) -> None:
        data = bytes((header,)) + rest
        assert outcome(decode, data) == outcome(decode_generic, data)

    holds()


def outcome(decoder: Callable[[bytes], Epc], data: bytes) -> Epc | str:
    """The EPC, or the words of the refusal."""
    try:
        return decoder(data)
    except InvalidTag as refused:
        return str(refused)


def partitioned() -> st.SearchStrategy[bytes]:
    """Small numbers in every field, which random bits hardly ever are."""
    return st.builds(
        lambda top, number: (top << 80 | number).to_bytes(11, "big"),
        st.integers(0, 255),
        st.integers(0, 2**80 - 1).map(lambda number: number & 0x0FFF_0FFF_0FFF_0FFF_0FFF)
        | st.integers(0, 2**44 - 1),
    )


@given(hostnames())
def test_host_names_are_kept_as_they_are(host: str) -> None:
    bits = BitWriter()
    put_hostname(host, bits)
    assert take_hostname(BitReader(bits.value, bits.length)) == host
    assert bits.length <= 1 + 6 + 7 * len(host)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("", "data"),
        ("3", "data"),
        ("30 74257BF7194E4000001A85", "data"),
        ("3x74257BF7194E4000001A85", "data"),
        ("30" * 63, "data"),
        ("00" * 12, "header"),
        ("3074257BF7194E4000001A8500000001", "length"),  # a bit behind 96 bits
        ("3074257BF7194E4000001A850000", "length"),  # a whole word too much
        ("3074257BF7194E4000001A", "serial"),  # too short
        ("307C257BF7194E4000001A85", "partition"),
        ("3067FFFFFFFFC04000001A85", "gs1companyprefix"),  # 11 digits overflow
        ("311BFFFFC000000000000000", "gs1companyprefix"),
        ("311800003FFFFFFFFF000000", "serialref"),
        ("311BA1B300CE0A6A83000001", "reserved"),
        ("3666C4409047E1590002BF100000000000000000000000000000", "serial"),  # a hole in a text
        ("3666C4409047E140000000000000000000000000000000000000", "serial"),  # an empty serial
        ("3F76451FD612640000000907", "serial"),  # numeric string without its 1
        ("F90095201234567891234", "(00)"),  # check digit
        ("F9009520123456789123A", "(00)"),  # a digit above 9
        ("F13195211411234548566CB0AFC4", "(8003)"),  # a GRAI that begins with 1
        ("F7379521141123453C1C0", "(21)"),  # reserved encoding indicator
        ("F7379521141123453800", "(21)"),  # no characters
        ("FB372CDE795211411234538566CB0AFC4", "date type"),
        ("FB342DDE795211411234538566CB0AFC4", "(17)"),  # month 14
        ("FA3A952114132E83C2BF10", "(8004)"),
        ("FD3795211411234538566CB0AFC4", "hostname"),
    ],
)
def test_broken_tags_are_refused_and_the_field_is_named(data: str, field: str) -> None:
    with pytest.raises(InvalidTag) as refused:
        decode(data)
    assert refused.value.field == field, str(refused.value)


@pytest.mark.parametrize("data", [None, 12, 1.5, ["30"], ("30",)])
def test_other_types_are_refused(data: object) -> None:
    with pytest.raises(InvalidTag):
        decode(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("bit_length", [0, 7, -1, 97, 10**9, "96", True])
def test_a_length_that_cannot_be_is_refused(bit_length: int) -> None:
    with pytest.raises(InvalidTag) as refused:
        decode(bytes.fromhex("3074257BF7194E4000001A85"), bit_length)
    assert refused.value.field == "bit_length"


GOOD = Epc("SGTIN-96", 3, ("0614141", "812345", "6789"))


@pytest.mark.parametrize(
    ("epc", "field"),
    [
        (Epc("SGTIN-97", 3, GOOD.fields), "scheme"),
        (Epc("SGTIN-96", 8, GOOD.fields), "filter"),
        (Epc("SGTIN-96", None, GOOD.fields), "filter"),
        (Epc("GID-96", 1, ("1", "2", "3")), "filter"),
        (Epc("SGTIN-96", 3, GOOD.fields[:2]), "fields"),
        (Epc("SGTIN-96", 3, ("06141", "81234567", "1")), "gs1companyprefix"),
        (Epc("SGTIN-96", 3, ("0614141", "81234", "1")), "itemref"),
        (Epc("SGTIN-96", 3, ("0614141", "81234x", "1")), "itemref"),
        (Epc("SGTIN-96", 3, ("0614141", "812345", "0123")), "serial"),
        (Epc("SGTIN-96", 3, ("0614141", "812345", "274877906944")), "serial"),
        (Epc("SGTIN-96", 3, ("0614141", "812345", "\u0663")), "serial"),
        (Epc("SGTIN-198", 3, ("0614141", "812345", "a b")), "serial"),
        (Epc("SGTIN-198", 3, ("0614141", "812345", "")), "serial"),
        (Epc("SGTIN-198", 3, ("0614141", "812345", "a" * 21)), "serial"),
        (Epc("SGTIN-96", 3, GOOD.fields, hostname="id.example.com"), "hostname"),
        (Epc("SGTIN-96", 3, GOOD.fields, aidc_bits="1"), "aidc_bits"),
        (Epc("ADI-var", 3, ("IIIII", "", "1")), "cage"),
        (Epc("ADI-var", 3, ("35962", "A#", "1")), "originalPartNumber"),
        (Epc("ADI-var", 3, ("35962", "", "1#")), "serial"),
        (Epc("SGTIN+", 3, ("79521141123454", "1")), "(01)"),
        (Epc("SGTIN+", 3, ("79521141123453", "")), "(21)"),
        (Epc("SGTIN+", 3, ("79521141123453", "1"), hostname="a.com"), "hostname"),
        (Epc("SGTIN+", 3, ("79521141123453", "1"), date=("17", "220630")), "date"),
        (Epc("DSGTIN+", 3, ("79521141123453", "1")), "date"),
        (Epc("DSGTIN+", 3, ("79521141123453", "1"), date=("17", "220631")), "(17)"),
        (Epc("SGTIN++", 3, ("79521141123453", "1")), "hostname"),
        (Epc("SGTIN++", 3, ("79521141123453", "1"), hostname="a.com/x"), "hostname"),
        (Epc("SGTIN++", 3, ("79521141123453", "aZ/" * 6), hostname="x" * 63), "epc"),
        (Epc("GIAI+", 3, ("952x1",)), "(8004)"),
        (Epc("CPI+", 3, ("9521a", "1")), "(8010)"),
        (Epc("SGTIN+", 3, ("79521141123453", "1"), aidc_bits="012"), "aidc_bits"),
        (Epc("SGTIN-96", 3, None), "epc"),  # type: ignore[arg-type]
        (Epc("SGTIN-96", 3, ("0614141", "812345", 6789)), "serial"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_written_is_refused_and_the_field_is_named(epc: Epc, field: str) -> None:
    with pytest.raises(InvalidTag) as refused:
        encode(epc)
    assert refused.value.field == field, str(refused.value)


def test_data_behind_the_epc_is_kept_unread() -> None:
    epc = decode("F98095201234567891235" + "10345")
    assert (epc.scheme, epc.key) == ("SSCC+", "095201234567891235")
    assert epc.aidc_bits == f"{0x10345:020b}".rstrip("0")
    assert decode(encode(epc)) == epc
