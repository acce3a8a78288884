"""The event hash against what its reference implementation publishes, and what it must not see."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.read import read_document, read_event
from wms_bridge.epcis.values import utc_of
from wms_bridge.epcis.vocabulary import prefixes_of

PREFIXES = prefixes_of({"example": "https://ns.example.com/epcis/"})

EXTENSIONS_AT_EVENT_LEVEL = {
    "type": "ObjectEvent",
    "eventTime": "2020-03-04T11:00:30.000+01:00",
    "eventTimeZoneOffset": "+01:00",
    "recordTime": "2020-03-04T11:00:30.999+01:00",
    "epcList": [f"urn:epc:id:sscc:4012345.0000000{each}" for each in ("333", "111", "222")],
    "action": "OBSERVE",
    "bizStep": "departing",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
    "example:myField1": {"example:mySubField1": "2", "example:mySubField2": "5"},
    "example:myField2": "0",
    "example:myField3": {"example:mySubField3": ["3", "1"]},
}
SENSOR_DATA = {
    "type": "ObjectEvent",
    "eventTime": "2020-04-01T15:00:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
    "action": "OBSERVE",
    "bizStep": "inspecting",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
    "sensorElementList": [
        {
            "sensorMetadata": {
                "deviceID": "urn:epc:id:giai:4000001.111",
                "deviceMetadata": "https://id.gs1.org/8004/4000001111",
            },
            "sensorReport": [
                {"type": "Temperature", "value": 26, "sDev": 0.1, "uom": "CEL"},
                {"type": "AbsoluteHumidity", "value": 12.1, "uom": "A93"},
                {
                    "type": "Dimensionless",
                    "microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
                    "value": 0.05,
                    "uom": "C35",
                },
                {
                    "type": "Dimensionless",
                    "chemicalSubstance": "https://identifiers.org/"
                    "inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N",
                    "value": 0.18,
                    "uom": "C35",
                },
            ],
        }
    ],
}
EXTENSION_IN_A_READ_POINT = {
    "type": "ObjectEvent",
    "eventTime": "2020-03-04T11:00:30+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sgtin:0614141.011111.987"],
    "action": "OBSERVE",
    "bizStep": "departing",
    "disposition": "in_transit",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0", "example:myField1": "AB-12"},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"},
    ],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    "destinationList": [{"type": "owning_party", "destination": "urn:epc:id:pgln:0614141.00000"}],
    "example:userExt": "CD-34",
}


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (
            EXTENSIONS_AT_EVENT_LEVEL,
            "6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7",
        ),
        (SENSOR_DATA, "271565c346ae2fb28c4583c4dca4ab4772d465eb4e0b6e548d77d8b49377d95c"),
        (
            EXTENSION_IN_A_READ_POINT,
            "3ae14c02c4bdc220cc31942cf804f6845eb8dec96ba6483391c92a9b165f9329",
        ),
    ],
)
def test_worked_examples_of_the_reference_implementation(data: Any, digest: str) -> None:
    """Examples 1 to 3 of its description of CBV 2.0."""
    assert event_hash(read_event(data), PREFIXES) == f"ni:///sha-256;{digest}?ver=CBV2.0"


ALL_FIELDS = "WithFullCombinationOfFields/{}_event_all_possible_fields.jsonld"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "digests"),
    [
        (
            ALL_FIELDS.format("object"),
            ["9811bfb2672e9c3a0f6151be339d22b60db375c8b23d2740f6137cc6539f0639"],
        ),
        (
            ALL_FIELDS.format("aggregation"),
            ["41cf5d2be6b6926acc531597e43932eb4b9b23926ccb6ce08c882bda7a74d1a8"],
        ),
        (
            ALL_FIELDS.format("association"),
            ["3dada0cdabe84618e9f0b842031159cb49534f487d5714cac9cfd647bf5f6c54"],
        ),
        (
            ALL_FIELDS.format("transaction"),
            ["4a85d64a96409f0c57baed258666b26d83e6690d204a8aaed4c7e2624d8b0c81"],
        ),
        (
            ALL_FIELDS.format("transformation"),
            ["529cc54b8cf9d8664208cc6c77473274d8c2dd473469920a7d09a814623f52cc"],
        ),
        (
            "EPCISQueryDocument.jsonld",
            [
                "df6523665bc5e5803d6c7b84f5a04e103694d8220f2abc4f2c74310e89f31bc6",
                "32547b2344d525ea60ab1b899d82a9011fd9c39bb26ed936e113066146f49941",
            ],
        ),
    ],
)
def test_official_examples_as_the_reference_implementation_hashes_them(
    examples: dict[str, bytes], name: str, digests: list[str]
) -> None:
    """What it expects in its own tests for CBV 2.0. Its copies of two examples differ."""
    data = json.loads(examples[name])
    if "aggregation" in name:
        report = data["epcisBody"]["eventList"][0]["sensorElementList"][0]["sensorReport"][0]
        report["component"] = "example:x"
    if "association" in name:
        data = not_in_itself(data)
    document = read_document(json.dumps(data))
    prefixes = prefixes_of(document.context)
    found = [event_hash(each, prefixes) for each in document.events]
    assert found == [f"ni:///sha-256;{digest}?ver=CBV2.0" for digest in digests]


def not_in_itself(data: Any) -> Any:
    """Objects that hold nothing but one of the same name, without that step."""
    if isinstance(data, list):
        return [not_in_itself(each) for each in data]
    if not isinstance(data, dict):
        return data
    found = {}
    for key, each in data.items():
        inner = each[key] if isinstance(each, dict) and list(each) == [key] else each
        found[key] = not_in_itself(inner)
    return found


def test_every_gs1_key_as_the_reference_implementation_hashes_it() -> None:
    """Its ``epcisDocWithAllGS1Keys``."""
    epcs = [
        "sgtin:4012345.012345.12",
        "sscc:4012345.0000000333",
        "grai:4012345.66666.87",
        "giai:4012345.AAbb",
        "gsrn:4012345.9876540000",
        "gsrnp:4012345.0000098765",
        "gdti:4012345.55555.98",
        "cpi:4012345.ABC.123",
        "sgcn:4012345.99999.44",
        "ginc:4012345.333",
        "gsin:4012345.999987654",
        "itip:4012345.012345.01.02.999",
        "upui:4012345.012345.AB12",
    ]
    patterns = [
        "sgtin:4054739.099914.*",
        "grai:4012345.66666.*",
        "gdti:4012345.55555.*",
        "sgcn:4012345.99999.*",
        "cpi:4012345.ABC.*",
        "itip:4012345.012345.01.02.*",
    ]
    classes = [f"urn:epc:idpat:{each}" for each in patterns]
    data = {
        "type": "ObjectEvent",
        "eventTime": "2023-03-27T11:30:00.0Z",
        "eventTimeZoneOffset": "+01:00",
        "epcList": [
            "https://id.gs1.org/00/040123450000003338",
            *(f"urn:epc:id:{each}" for each in epcs),
        ],
        "quantityList": [
            {"epcClass": each} for each in ("urn:epc:class:lgtin:4054739.099914.20160711", *classes)
        ],
        "action": "OBSERVE",
        "bizStep": "other",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
    }
    digest = "40744f32beff53a4bf5bb5956d465cb52de5bbcc9f131409d8efb903b04d9351"
    assert event_hash(read_event(data)) == f"ni:///sha-256;{digest}?ver=CBV2.0"


@pytest.mark.parametrize(
    ("written", "hashed"),
    [
        ("2023-01-18T11:04:03.1415Z", "2023-01-18T11:04:03.142Z"),
        ("2023-01-18T11:04:03.1414999Z", "2023-01-18T11:04:03.141Z"),
        ("2023-12-31T23:59:59.9995-01:00", "2024-01-01T01:00:00.000Z"),
        ("2023-01-18T11:04:03+00:00", "2023-01-18T11:04:03.000Z"),
    ],
)
def test_times_are_told_in_utc_to_the_millisecond(written: str, hashed: str) -> None:
    """The first is the example that the rules give."""
    assert utc_of(written) == hashed


def event(**fields: Any) -> EpcisEvent:
    data = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-29T08:15:30.250+01:00",
        "eventTimeZoneOffset": "+01:00",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2"],
        "action": "OBSERVE",
    }
    return read_event(data | fields)


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"eventTime": "2026-11-29T07:15:30.25Z"}, {}),
        ({"eventTime": "2026-11-29T08:15:30.2496+01:00"}, {}),
        ({"epcList": ["https://shop.example.com/a/01/10614141073464/21/2?x=1"]}, {}),
        ({"recordTime": "2026-11-29T09:00:00Z"}, {}),
        ({"eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"}, {}),
        ({"certificationInfo": "https://accreditation.example.org/1"}, {}),
        ({"errorDeclaration": {"declarationTime": "2026-11-30T00:00:00Z"}}, {}),
        ({"rdfs:comment": "seen twice"}, {}),
        ({"example:n": "1.50"}, {"example:n": 1.5}),
        ({"example:n": "007"}, {"example:n": 7}),
        ({"example:n": -0.0}, {"example:n": 0}),
        ({"example:n": [2, True]}, {"example:n": ["true", "2"]}),
        ({"example:n": "cbv:Disp-damaged"}, {"example:n": "urn:epcglobal:cbv:disp:damaged"}),
        (
            {"example:n": {"example:a": 1, "example:b": 2}},
            {"example:n": {"example:b": 2, "example:a": 1}},
        ),
    ],
)
def test_the_same_said_in_another_way_has_the_same_hash(fields: Any, same: Any) -> None:
    assert event_hash(event(**fields), PREFIXES) == event_hash(event(**same), PREFIXES)


@pytest.mark.parametrize(
    "fields",
    [
        {"eventTime": "2026-11-29T08:15:30.251+01:00"},
        {"eventTimeZoneOffset": "+02:00"},
        {"epcList": ["urn:epc:id:sgtin:0614141.107346.3"]},
        {"epcList": []},
        {"action": "DELETE"},
        {"disposition": "damaged"},
        {"bizStep": "other"},
        {"persistentDisposition": {"set": ["damaged"]}},
        {"readPoint": {"id": "urn:epc:id:sgln:0614141.00777.0"}},
        {"readPoint": {"id": "urn:epc:id:sgln:0614141.00777.0", "example:side": "A"}},
        {"bizLocation": {"id": "urn:epc:id:sgln:0614141.00777.0"}},
        {"quantityList": [{"epcClass": "urn:epc:idpat:sgtin:0614141.107346.*", "quantity": 2}]},
        {"quantityList": [{"epcClass": "urn:epc:idpat:sgtin:0614141.107346.*"}]},
        {"bizTransactionList": [{"type": "po", "bizTransaction": "http://example.com/po/1"}]},
        {"bizTransactionList": [{"bizTransaction": "http://example.com/po/1"}]},
        {"sourceList": [{"type": "location", "source": "http://example.com/1"}]},
        {"destinationList": [{"type": "location", "destination": "http://example.com/1"}]},
        {"sensorElementList": [{"sensorReport": [{"type": "Count"}]}]},
        {"sensorElementList": [{"sensorReport": [{"type": "Count"}], "example:a": 1}]},
        {"example:n": "007x"},
        {"example:n": {"example:m": 1}},
        {"other:n": 1},
    ],
)
def test_what_says_something_else_has_another_hash(fields: Any) -> None:
    assert event_hash(event(**fields), PREFIXES) != event_hash(event(), PREFIXES)


def test_names_that_an_event_declares_itself_are_its_own() -> None:
    mine = event(**{"@context": {"mine": "https://ns.example.com/epcis/"}, "mine:n": 1})
    assert event_hash(mine) == event_hash(event(**{"example:n": 1}), PREFIXES)


NAMES = st.sampled_from(["example:a", "example:b", "example:c", "cbvmda:lotNumber"])
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
TREES = st.recursive(
    LEAVES | st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, TREES, max_size=4), st.randoms(use_true_random=False))
def test_neither_order_nor_prefixes_matter(extensions: dict[str, Any], dice: Any) -> None:
    first = event_hash(event(**extensions), PREFIXES)
    text = json.dumps(shuffled(extensions, dice)).replace('"example:', '"other:')
    renamed = prefixes_of({"other": "https://ns.example.com/epcis/"})
    assert event_hash(event(**json.loads(text)), renamed) == first


def shuffled(data: Any, dice: Any) -> Any:
    if isinstance(data, list):
        mixed = [shuffled(each, dice) for each in data]
        dice.shuffle(mixed)
        return mixed
    if isinstance(data, dict):
        members = [(key, shuffled(each, dice)) for key, each in data.items()]
        dice.shuffle(members)
        return dict(members)
    return data
