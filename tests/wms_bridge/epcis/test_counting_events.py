"""What a count says as events: valid, the same for the same count, and nothing that is not so."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.errors import InvalidCode, InvalidCount, InvalidMessage, InvalidTag
from planner.warehouse.ids import EpcUri, Sku, SlotId
from wms_bridge.epcis.counting import (
    PREFIXES,
    CountedSlot,
    SlotStock,
    declare_error,
    disposition_of,
    document,
    events_of_count,
)
from wms_bridge.epcis.digital_link import canonical, check_digit
from wms_bridge.epcis.event import ObjectEvent
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.read import read_document
from wms_bridge.epcis.values import LATEST_MS

SITE = EpcisSite(
    base="https://wms.example.com/hall-2",
    owner="https://goods.example.com",
    gln="0614141073467",
    company_prefixes=("0614141",),
    time_zone_offset="+01:00",
)
GTIN = "80614141123458"
AT_MS = 1_700_000_000_123


def tags(*serials: int) -> tuple[EpcUri, ...]:
    return tuple(EpcUri(f"urn:epc:id:sgtin:0614141.812345.{serial}") for serial in serials)


def stock(pieces: int, *serials: int, sku: str = "milk") -> SlotStock:
    return SlotStock(Sku(sku), pieces, GTIN, tags(*serials))


def counted(booked: SlotStock, found: SlotStock, **fields: Any) -> CountedSlot:
    count = CountedSlot(
        slot=SlotId("P017/A/3/2"),
        count_id="C-88",
        booked=booked,
        found=found,
        at_ms=AT_MS,
        kinds=frozenset((EvidenceKind.RFID, EvidenceKind.CAMERA)),
        evidence=("sha-256;9f86d081", "sha-256;60303ae2"),
    )
    return replace(count, **fields)


def events(count: CountedSlot, site: EpcisSite = SITE) -> list[ObjectEvent]:
    found = events_of_count(count, site)
    assert all(isinstance(each, ObjectEvent) for each in found)
    return [each for each in found if isinstance(each, ObjectEvent)]


@pytest.mark.parametrize(
    ("booked", "found", "disposition"),
    [
        (stock(5), stock(5), "completeness_verified"),
        (stock(0), stock(0), "completeness_verified"),
        (stock(3, 1, 2, 3), stock(3, 1, 2, 3), "completeness_verified"),
        (stock(3), stock(3, 1, 2), "completeness_verified"),
        (stock(3, 1, 2, 3), stock(3, 1, 2), "completeness_inferred"),
        (stock(5), stock(4), "mismatch_quantity"),
        (stock(5), stock(0), "mismatch_quantity"),
        (stock(0), stock(2), "mismatch_quantity"),
        (stock(3, 1, 2, 3), stock(2, 1, 2), "mismatch_instance"),
        (stock(3, 1, 2, 3), stock(3, 1, 2, 4), "mismatch_instance"),
        (stock(3), stock(3, sku="cream"), "mismatch_class"),
        (stock(3), stock(0, sku="cream"), "mismatch_quantity"),
    ],
)
def test_how_what_was_found_stands_to_the_books(
    booked: SlotStock, found: SlotStock, disposition: str
) -> None:
    count = counted(booked, found)
    assert disposition_of(count) == disposition
    (event,) = events(count)
    assert event.disposition == disposition
    assert (event.action, event.biz_step) == ("OBSERVE", "cycle_counting")


def test_what_was_seen_when_where_and_on_what_grounds() -> None:
    (event,) = events(counted(stock(5), stock(4, 1)))
    assert event.event_time == "2023-11-14T23:13:20.123+01:00"
    assert event.time_zone_offset == "+01:00"
    assert event.epcs == tags(1)
    assert event.quantities is not None
    (rest,) = event.quantities
    assert (rest.epc_class, rest.quantity) == ("urn:epc:idpat:sgtin:0614141.812345.*", 3)
    assert event.read_point is not None
    assert event.read_point.id == "urn:epc:id:sgln:0614141.07346.P017%2FA%2F3%2F2"
    assert event.biz_location == event.read_point
    assert event.biz_transactions is not None
    assert event.biz_transactions[0].biz_transaction == "urn:epcglobal:cbv:bt:0614141073467:C-88"
    assert event.extensions == {
        "podherd:slot": "P017/A/3/2",
        "podherd:bookedSku": "milk",
        "podherd:booked": 5,
        "podherd:found": 4,
        "podherd:evidenceKind": ["camera", "rfid"],
        "podherd:evidence": ["sha-256;60303ae2", "sha-256;9f86d081"],
    }


def test_an_empty_slot_is_a_measurement_of_none() -> None:
    (event,) = events(counted(stock(0), stock(0)))
    assert (event.epcs, event.quantities) == (None, None)
    assert event.sensor_elements is not None
    assert event.sensor_elements[0].reports == ({"type": "Count", "value": 0, "uom": "H87"},)


def test_a_whole_round_takes_stock() -> None:
    (event,) = events(counted(stock(5), stock(5), whole_round=True))
    assert event.biz_step == "stock_taking"


def told(event: ObjectEvent) -> tuple[str | None, tuple[str, ...], float]:
    classes = event.quantities or ()
    return event.disposition, event.epcs or (), sum(each.quantity or 0 for each in classes)


@pytest.mark.parametrize(
    ("booked", "found", "changes"),
    [
        (stock(5), stock(5), []),
        (stock(3, 1, 2, 3), stock(3, 1), []),
        (stock(5), stock(3), [("unknown", (), 2)]),
        (stock(5), stock(8), [("sellable_not_accessible", (), 3)]),
        (stock(3, 1, 2, 3), stock(2, 1, 2), [("unknown", tags(3), 0)]),
        (stock(3, 1, 2, 3), stock(2, 1), [("unknown", (), 1)]),
        (stock(5, 1, 2), stock(4, 1), [("unknown", (), 1)]),
        (stock(5, 1, 2), stock(0), [("unknown", tags(1, 2), 3)]),
        (stock(0), stock(2, 7, 8), [("sellable_not_accessible", tags(7, 8), 0)]),
        (
            stock(2, 1, 2),
            stock(2, 1, 9),
            [("unknown", tags(2), 0), ("sellable_not_accessible", tags(9), 0)],
        ),
        (
            stock(2, 1, 2),
            stock(3, sku="cream"),
            [("unknown", tags(1, 2), 0), ("sellable_not_accessible", (), 3)],
        ),
    ],
)
def test_a_change_of_the_books_says_what_is_missing_and_what_is_more(
    booked: SlotStock, found: SlotStock, changes: list[Any]
) -> None:
    plain = counted(booked, found)
    observed, *changed = events(replace(plain, adjusted_ms=AT_MS + 60_000))
    assert [observed] == events(plain)
    assert [told(each) for each in changed] == changes
    for each in changed:
        assert each.event_time == "2023-11-14T23:14:20.123+01:00"
        assert (each.biz_location is None) == (each.disposition == "unknown")
        persistent = each.persistent_disposition
        assert (persistent is not None) == bool(each.epcs)
        if persistent is not None:
            missing = each.disposition == "unknown"
            assert (persistent.set, persistent.unset) == (
                (("unavailable",), None) if missing else (None, ("unavailable",))
            )


@pytest.mark.parametrize(
    ("site", "slot", "sku", "count"),
    [
        (
            EpcisSite("https://a.example.com/x", "https://b.example.com"),
            "https://a.example.com/x/loc/P017%2FA%2F3%2F2",
            "https://b.example.com/class/milk%2F1",
            "https://a.example.com/x/bt/C%2088",
        ),
        (
            EpcisSite("urn:example:x", "urn:example:y"),
            "urn:example:x:loc:P017%2FA%2F3%2F2",
            "urn:example:y:class:milk%2F1",
            "urn:example:x:bt:C%2088",
        ),
        (
            EpcisSite("urn:example:x", "urn:example:y", gln="0614141073467"),
            "https://id.gs1.org/414/0614141073467/254/P017%2FA%2F3%2F2",
            "urn:example:y:class:milk%2F1",
            "urn:epcglobal:cbv:bt:0614141073467:C%2088",
        ),
    ],
)
def test_names_of_a_site_without_gs1_keys(site: EpcisSite, slot: str, sku: str, count: str) -> None:
    assert site.place_of(SlotId("P017/A/3/2")) == slot
    assert site.class_of(Sku("milk/1"), None) == sku
    assert site.count_of("C 88") == count


def test_a_slot_that_is_no_extension_of_a_gln_has_a_name_of_the_site() -> None:
    for slot in ("P017/A/3/2-of-the-long-rack", "P017 A", "Ä1", "0"):
        assert SITE.place_of(SlotId(slot)).startswith("https://wms.example.com/hall-2/loc/")


@pytest.mark.parametrize("gtin", ["40123455", "614141007349", "4012345123456", GTIN])
def test_a_gtin_is_the_same_thing_with_and_without_a_known_prefix(gtin: str) -> None:
    full = f"https://id.gs1.org/01/{gtin.zfill(14)}"
    known = replace(SITE, company_prefixes=("0614141", "4012345", "000000", gtin.zfill(14)[1:8]))
    unknown = replace(SITE, company_prefixes=())
    assert unknown.class_of(Sku("x"), gtin) == full
    assert known.class_of(Sku("x"), gtin).startswith("urn:epc:idpat:sgtin:")
    assert canonical(known.class_of(Sku("x"), gtin)) == full
    both = [events(counted(stock(5), stock(5)), site)[0].event_id for site in (known, unknown)]
    assert both[0] == both[1]


def test_the_id_is_the_hash_so_that_the_same_is_told_once() -> None:
    count = counted(stock(5), stock(3), adjusted_ms=AT_MS)
    first, again = events(count), events(replace(count, evidence=count.evidence[::-1]))
    assert [each.event_id for each in first] == [event_hash(each, PREFIXES) for each in first]
    assert {each.event_id for each in first} == {each.event_id for each in again}
    assert len({each.event_id for each in first}) == 2
    other = events(replace(count, count_id="C-89"))
    assert not {each.event_id for each in other} & {each.event_id for each in first}


def test_an_event_that_was_wrong_is_declared_so_under_its_own_id() -> None:
    (wrong,) = events(counted(stock(5), stock(3)))
    (right,) = events(counted(stock(5), stock(4)))
    assert wrong.event_id
    assert right.event_id
    declared = declare_error(wrong, AT_MS + 1, SITE, corrective_event_ids=[right.event_id])
    assert declared.event_id == wrong.event_id == event_hash(declared, PREFIXES)
    error = declared.error_declaration
    assert error is not None
    assert error.declaration_time == "2023-11-14T23:13:20.124+01:00"
    assert (error.reason, error.corrective_event_ids) == ("incorrect_data", (right.event_id,))
    assert replace(declared, error_declaration=None) == wrong
    never = declare_error(wrong, AT_MS, SITE, reason="did_not_occur")
    assert never.error_declaration is not None
    assert never.error_declaration.corrective_event_ids is None


def test_what_cannot_be_declared_wrong() -> None:
    (event,) = events(counted(stock(5), stock(3)))
    declared = declare_error(event, AT_MS, SITE)
    for bad in (declared, replace(event, event_id=None)):
        with pytest.raises(InvalidMessage, match="eventID"):
            declare_error(bad, AT_MS, SITE)
    with pytest.raises(InvalidMessage, match="reason"):
        declare_error(event, AT_MS, SITE, reason="mistake")
    with pytest.raises(InvalidMessage, match=r"correctiveEventIDs\[0\]"):
        declare_error(event, AT_MS, SITE, corrective_event_ids=["17"])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"found": stock(1, 1, 2)}, InvalidCount),
        ({"found": stock(3, 1, 1)}, InvalidCount),
        ({"booked": stock(-1)}, InvalidCount),
        ({"found": SlotStock(Sku("milk"), 1, None, (EpcUri("3074257BF7"),))}, InvalidTag),
        ({"evidence": ()}, InvalidCount),
        ({"kinds": frozenset()}, InvalidCount),
        ({"count_id": ""}, InvalidCount),
        ({"adjusted_ms": AT_MS - 1}, InvalidCount),
    ],
)
def test_counts_that_cannot_be(change: dict[str, Any], kind: type[Exception]) -> None:
    fine = counted(stock(2), stock(2))
    with pytest.raises(kind):
        replace(fine, **change)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"base": "hall-2"}, InvalidMessage),
        ({"base": "https://wms.example.com/?a=1"}, InvalidMessage),
        ({"owner": "urn:x"}, InvalidMessage),
        ({"gln": "0614141073468"}, InvalidCode),
        ({"gln": "614141073467"}, InvalidCode),
        ({"company_prefixes": ("61414",)}, InvalidMessage),
        ({"time_zone_offset": "+1"}, InvalidMessage),
    ],
)
def test_sites_that_cannot_be(change: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        replace(SITE, **change)


def test_a_wrong_gtin_and_a_time_without_end_are_refused() -> None:
    with pytest.raises(InvalidCode, match=r"milk\.gtin"):
        SITE.class_of(Sku("milk"), "80614141123459")
    with pytest.raises(InvalidMessage, match="at_ms"):
        SITE.time_of(LATEST_MS + 1)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=25)
SERIALS = st.sets(st.integers(0, 9), max_size=6)


@st.composite
def gtins(draw: st.DrawFn) -> str | None:
    length = draw(st.sampled_from([0, 8, 12, 13, 14]))
    if length == 0:
        return None
    body = draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    return body + check_digit(body)


@st.composite
def stocks(draw: st.DrawFn, skus: list[str]) -> SlotStock:
    serials = draw(SERIALS)
    pieces = len(serials) + draw(st.integers(0, 5))
    return SlotStock(Sku(draw(st.sampled_from(skus))), pieces, draw(gtins()), tags(*serials))


@st.composite
def counts(draw: st.DrawFn) -> CountedSlot:
    skus = draw(st.lists(NAMES, min_size=1, max_size=2))
    at_ms = draw(st.integers(0, LATEST_MS))
    return CountedSlot(
        slot=SlotId(draw(NAMES)),
        count_id=draw(NAMES),
        booked=draw(stocks(skus)),
        found=draw(stocks(skus)),
        at_ms=at_ms,
        kinds=frozenset(draw(st.sets(st.sampled_from(EvidenceKind), min_size=1))),
        evidence=tuple(draw(st.lists(NAMES, min_size=1, max_size=3))),
        adjusted_ms=draw(st.none() | st.integers(at_ms, LATEST_MS)),
        whole_round=draw(st.booleans()),
    )


SITES = st.builds(
    EpcisSite,
    base=st.sampled_from(["https://wms.example.com/hall-2", "urn:example:hall-2"]),
    owner=st.sampled_from(["https://goods.example.com", "urn:example:goods"]),
    gln=st.sampled_from([None, "0614141073467", "4012345000115"]),
    company_prefixes=st.sampled_from([(), ("0614141",), ("061414107346", "000000")]),
    time_zone_offset=st.sampled_from(["+00:00", "+01:00", "-09:30", "+14:00", "-13:59"]),
)


@pytest.mark.shared
@given(count=counts(), site=SITES, wrong=st.booleans())
def test_everything_that_is_emitted_is_valid(
    schema: Draft7Validator, count: CountedSlot, site: EpcisSite, wrong: bool
) -> None:
    """By GS1's schema and by our own reader, which gives back the same events."""
    made = events_of_count(count, site)
    if wrong:
        at_ms = count.adjusted_ms or count.at_ms
        made = tuple(
            declare_error(each, at_ms, site, corrective_event_ids=["urn:a:b"]) for each in made
        )
    data = document(made, count.at_ms)
    schema.validate(data)
    assert read_document(json.dumps(data)).events == made


@given(count=counts(), site=SITES)
def test_what_changes_adds_up_to_what_was_found(count: CountedSlot, site: EpcisSite) -> None:
    count = replace(count, adjusted_ms=count.adjusted_ms or count.at_ms)
    observed, *changed = events(count, site)
    sums = {"unknown": 0.0, "sellable_not_accessible": 0.0}
    for each in changed:
        disposition, epcs, untagged = told(each)
        assert disposition is not None
        sums[disposition] += len(epcs) + untagged
    _, epcs, untagged = told(observed)
    assert len(epcs) + untagged == count.found.pieces
    missing, more = sums["unknown"], sums["sellable_not_accessible"]
    assert count.booked.pieces - missing + more == count.found.pieces
    quantities = [
        each.quantity for event in (observed, *changed) for each in event.quantities or ()
    ]
    assert all(quantity is not None and quantity > 0 for quantity in quantities)
