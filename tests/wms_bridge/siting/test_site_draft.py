"""The draft of the site file: kept in every store, changed upon the version seen, checked."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.codec.messages import to_json
from planner.codec.sitefile import parse_site
from planner.roadmap.geometry import check_site
from planner.warehouse.errors import InvalidSite, NotFound, TooLate
from planner.warehouse.site import Site
from sim_worlds.sites.catalogue import load_site
from wms_bridge.access.acting import Act, acting
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.ports.store import Store
from wms_bridge.service import Bridge
from wms_bridge.siting.desk import SiteDesk, site_hash

SMALL = load_site("small")
ANNA, BERT = Act("account anna", "PUT /v1/site/draft", "more"), Act("account bert", "PUT")


def desk_on(store: Store, site: Site = SMALL) -> SiteDesk:
    return SiteDesk(site, store, check_site)


def with_slots(slots: int) -> Any:
    station = replace(SMALL.stations[0], order_slots=slots)
    return to_json(replace(SMALL, stations=(station, *SMALL.stations[1:])))


def test_a_draft_is_kept_over_a_restart_and_told_with_who_and_why(store: Store) -> None:
    desk = desk_on(store)
    assert (desk.draft().version, desk.draft().drafted, desk.draft().site) == (0, False, SMALL)
    with acting(ANNA):
        desk.save(with_slots(9), 0, 5_000)
    told = desk_on(store).draft()
    assert (told.version, told.drafted, told.who, told.why, told.at_ms) == (
        1,
        True,
        "account anna",
        "more",
        5_000,
    )
    assert told.site.stations[0].order_slots == 9
    assert told.base_hash == told.running_hash == site_hash(SMALL)
    assert told.faults == ()
    other = desk_on(store, replace(SMALL, name="another")).draft()
    assert other.base_hash != other.running_hash


def test_the_second_of_two_is_refused_with_who_was_first(store: Store) -> None:
    desk = desk_on(store)
    with acting(ANNA):
        desk.save(with_slots(9), 0, 1)
    with acting(BERT), pytest.raises(TooLate, match="changed by account anna") as refused:
        desk.save(with_slots(8), 0, 2)
    assert refused.value.field == "version"
    assert desk.draft().site.stations[0].order_slots == 9
    with acting(BERT):
        desk.discard(1, 3)
    with acting(ANNA), pytest.raises(TooLate, match="changed by account bert"):
        desk.save(with_slots(7), 1, 4)
    assert not desk.draft().drafted
    with pytest.raises(NotFound):
        desk.discard(2, 5)


def test_the_same_save_again_is_answered_and_changes_nothing(store: Store) -> None:
    desk = desk_on(store)
    with acting(ANNA):
        first = desk.save(with_slots(9), 0, 1)
        assert desk.save(with_slots(9), 0, 2) == first
    with acting(BERT), pytest.raises(TooLate):
        desk.save(with_slots(9), 0, 3)


def test_a_draft_with_faults_is_kept_but_is_no_site_file(store: Store) -> None:
    desk = desk_on(store)
    document = with_slots(4)
    document["stations"][0]["position_m"] = [3.7, 2.4]
    [fault] = desk.save(document, 0, 1).faults
    assert (fault.field, fault.value) == ("stations[0].position_m", "[3.7, 2.4]")
    assert fault in desk.check(document)
    with pytest.raises(InvalidSite, match="off the lattice"):
        desk.file()
    desk.save(with_slots(5), 1, 2)
    assert parse_site(desk.file()).stations[0].order_slots == 5
    desk.discard(2, 3)
    with pytest.raises(NotFound):
        desk.file()


@pytest.mark.parametrize(
    "document",
    [{}, [], None, {"format": "podherd-site/1"}, "x", {"format": "\ud800"}, {"\ud800": 1}],
)
def test_what_is_no_site_document_is_refused_and_told_by_the_check(document: Any) -> None:
    desk = desk_on(MemoryStore())
    with pytest.raises(InvalidSite):
        desk.save(document, 0, 1)
    assert len(desk.check(document)) == 1
    assert desk.draft().version == 0


def test_the_running_site_is_never_changed() -> None:
    bridge = Bridge(SMALL, MemoryStore(), check_site=check_site)
    bridge.siting.save(with_slots(9), 0, 1)
    assert bridge.site is SMALL
    assert bridge.siting.running_hash == site_hash(SMALL)
    assert bridge.feed(0) == ()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.booleans()), max_size=12))
def test_versions_count_changes_and_none_is_lost(steps: list[tuple[str, int, bool]]) -> None:
    """Whoever saves upon what they last looked at: a change is taken only if nothing came between,
    and the draft is always that of the last change taken."""
    desk, seen, slots, taken = desk_on(MemoryStore()), {"a": 0, "b": 0}, 1, 0
    for who, behind, looks in steps:
        if looks:
            seen[who] = desk.draft().version
        upon, slots = max(0, seen[who] - behind), slots + 1
        fits = upon == desk.draft().version
        with acting(Act(who, "PUT")):
            if fits:
                seen[who] = desk.save(with_slots(slots), upon, slots).version
                taken += 1
                assert desk.draft().site.stations[0].order_slots == slots
            else:
                with pytest.raises(TooLate):
                    desk.save(with_slots(slots), upon, slots)
        assert desk.draft().version == taken
