"""Host names in '++' tags (EPC Tag Data Standard 2.3, 14.5.16).

A bit says how: 0 is URN Code 40 (capitals only), 1 is seven bits a character, where values that are
no character stand for frequent beginnings and ends (``id.``, ``.com``, ``.co.uk``). Six bits give
the length: characters, or groups of seven bits.
"""

import re

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.strings import code_40_bits, put_code_40, take_code_40

LONGEST = 63
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,63}", re.ASCII)
_CODE_40 = re.compile(r"[A-Z0-9.:-]+", re.ASCII)
_SEVEN_BITS = 7

_TABLE_A = {
    0b0011110: "qr.",
    0b0011111: "www.",
    0b0100000: "id.",
    0b1011011: ".com",
    0b1011100: ".org",
    0b1011101: ".net",
    0b1011110: ".int",
    0b1100000: ".edu",
    0b1111011: ".gov",
    0b1111100: ".mil",
    0b1111101: ".biz",
    0b1111110: ".eco",
    0b1111111: ".med",
}
"""Table 14-11."""
_TABLES_B = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo "
    "bq br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk "
    "dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq "
    "gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh "
    "ki km kn kp kr kw ky kz la lb lc li",
    "lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz "
    "na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re "
    "ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn sr ss st su sv sx sy sz tc td tf tg th "
    "tj tk tl tm tn to tr tt tv tw tz ua ug us uy uz va vc ve vg vi vn vu wf ws ye yt za zm "
    "zw",
    "com.au net.au org.au co.at com.bd co.bd com.br net.br co.nz com.ng com.pk co.in com.in "
    "co.il co.jp co.za co.kr com.es com.lk co.th co.tt com.tt com.tr biz.tr com.ua co.uk "
    "co.zm com.zm com.cn org.cn net.cn gov.cn",
    "tech",
)
"""Tables 14-12 to 14-15, in the order of their values. The standard prints .org.cn and .net.cn with
the first seven bits of table 14-12, where these values are taken; they are meant to be here."""
_PAIRS = {
    (table, row): "." + domain
    for table, domains in enumerate(_TABLES_B)
    for row, domain in enumerate(domains.split())
}
_SHORT = {text: (code,) for code, text in _TABLE_A.items()}
_LONG = {text: codes for codes, text in _PAIRS.items()}
_SEQUENCES: dict[str, tuple[int, ...]] = {**_SHORT, **_LONG}
_BY_LENGTH = sorted(_SEQUENCES, key=len, reverse=True)


def checked_hostname(text: object) -> str:
    """The host name; ``InvalidTag`` if it is none."""
    if not isinstance(text, str) or not _HOST.fullmatch(text):
        raise InvalidTag(
            "a host name has 1 to 63 letters, digits, dots, hyphens, and a colon before a port",
            field="hostname",
            value=text,
            remedy="Leave out https:// and everything behind the host.",
        )
    return text


def take_hostname(bits: BitReader) -> str:
    """Read a host name. ``InvalidTag`` for codes that mean nothing."""
    method = bits.take(1, "hostname")
    length = bits.take(6, "hostname")
    text = _take_seven_bit(length, bits) if method else take_code_40(length, bits, "hostname")
    return checked_hostname(text)


def put_hostname(text: object, bits: BitWriter) -> None:
    """Append a host name: in URN Code 40 if that can be and is shorter, else in seven bits."""
    host = checked_hostname(text)
    codes = _codes(host)
    if _CODE_40.fullmatch(host) and code_40_bits(len(host)) < _SEVEN_BITS * len(codes):
        bits.put(len(host), 1 + 6)
        put_code_40(host, bits)
        return
    bits.put(1, 1)
    bits.put(len(codes), 6)
    for code in codes:
        bits.put(code, _SEVEN_BITS)


def _take_seven_bit(length: int, bits: BitReader) -> str:
    text = ""
    left = length
    while left > 0:
        code = bits.take(_SEVEN_BITS, "hostname")
        left -= 1
        if code < len(_TABLES_B):
            row = bits.take(_SEVEN_BITS, "hostname")
            left -= 1
            found = _PAIRS.get((code, row))
        else:
            found = _TABLE_A.get(code) or chr(code)
        if found is None or left < 0:
            raise InvalidTag(
                "this sequence is reserved, or cut off by the length",
                field="hostname",
                value=f"{code:07b}",
                remedy="Take the tag as none of GS1's, or write it anew.",
            )
        text += found
    return text


def _codes(host: str) -> list[int]:
    codes: list[int] = []
    at = 0
    while at < len(host):
        sequence = next((text for text in _BY_LENGTH if host.startswith(text, at)), None)
        codes += _SEQUENCES[sequence] if sequence else (ord(host[at]),)
        at += len(sequence) if sequence else 1
    return codes
