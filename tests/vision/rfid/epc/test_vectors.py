"""GS1's own examples (TDS annex E.3), both ways, and what must be refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.codec import decode, encode
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.import_tdt import TARGET, compact, written
from vision.rfid.epc.schemes import SCHEMES
from vision.rfid.epc.texts import epc_from_text

Vector = dict[str, Any]


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / "epc" / "epc_vectors.json").read_text())
    return found


def to_words(digits: str) -> bytes:
    """The bits of a vector, filled up with zeros to whole words."""
    return bytes.fromhex(digits + "0" * (-len(digits) % 4))


def test_all_vectors_decode(vectors: dict[str, Any]) -> None:
    assert len(vectors["vectors"]) == 60
    for vector in vectors["vectors"]:
        epc = decode(vector["hex"])
        assert (epc.scheme, epc.filter) == (vector["scheme"], vector["filter"])
        assert epc.pure_identity_uri == vector["pure_identity_uri"]
        assert epc.tag_uri == vector["tag_uri"]
        if vector["element_string"] is not None:
            assert epc.element_string == vector["element_string"]
        if vector.get("digital_link_path") is not None:
            assert epc.digital_link_path == vector["digital_link_path"]
        if epc.scheme.endswith("++"):
            assert epc.hostname == "id.example.com"
        assert decode(to_words(vector["hex"])) == epc


def test_all_vectors_encode(vectors: dict[str, Any]) -> None:
    for vector in vectors["vectors"]:
        assert encode(rebuilt(vector)) == to_words(vector["hex"]), vector["scheme"]


def rebuilt(vector: Vector) -> Epc:
    """The EPC of a vector from its texts alone, never from its bits."""
    if vector["tag_uri"] is not None:
        return epc_from_text(vector["tag_uri"])
    host = "id.example.com" if vector["scheme"].endswith("++") else "id.gs1.org"
    link = f"https://{host}{vector['digital_link_path']}"
    return epc_from_text(link, filter_value=vector["filter"])


def test_legacy_vectors_encode_from_element_strings_too(vectors: dict[str, Any]) -> None:
    for vector in vectors["vectors"]:
        epc = decode(vector["hex"])
        if epc.company_prefix_digits is None or vector["element_string"] is None:
            continue
        again = epc_from_text(
            vector["element_string"], vector["scheme"], vector["filter"], epc.company_prefix_digits
        )
        assert again == epc


def test_of_disputed_vectors_the_printed_one_holds(vectors: dict[str, Any]) -> None:
    """TDS 2.3 codes serials of CPI++ and SGCN++ as in CPI+ and SGCN+ (14.5.13), as printed."""
    for vector in vectors["disputed"]:
        printed, other = vector["hex_candidates"]
        epc = decode(printed)
        assert (epc.scheme, epc.hostname) == (vector["scheme"], "id.example.com")
        assert encode(epc) == to_words(printed)
        with pytest.raises(InvalidTag, match="hostname"):
            decode(other)


def test_what_must_be_refused_is(vectors: dict[str, Any]) -> None:
    assert len(vectors["must_refuse"]) == 7
    for vector in vectors["must_refuse"]:
        with pytest.raises(InvalidTag) as refused:
            decode(vector["hex"])
        assert refused.value.field
        assert refused.value.value is not None or "ends within" in str(refused.value)
        assert refused.value.remedy


def test_headers_are_those_of_the_standard(vectors: dict[str, Any]) -> None:
    ours = {name: f"{scheme.header:02X}" for name, scheme in SCHEMES.items()}
    assert ours == vectors["headers_hex"]


def test_the_tables_that_ship_are_gs1s(shared_data: Path) -> None:
    assert TARGET.read_text() == written(compact(shared_data / "epc" / "tdt_json"))
