"""Mapping files: what is wrong with one is told by its place."""

import re

import pytest

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.rest.address import read_address
from wms_bridge.connectors.rest.mapfile import MAPS, find_map, parse_map, read_map

GOOD = (MAPS / "podherd-fake.toml").read_text()


@pytest.mark.parametrize("name", sorted(path.stem for path in MAPS.glob("*.toml")))
def test_maps_that_come_with_podherd_are_good(name: str) -> None:
    assert read_map(find_map(name)).format == "podherd-rest-map/1"


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        ('name = "fake REST WMS"', "name = ", "line 3"),
        ('version = "version"', 'verzion = "version"', "verzion"),
        ('items = "rows"', 'items = "rows["', "not a JMESPath expression"),
        ("timeout_s = 10", 'timeout_s = "ten"', "timeout_s"),
        ('style = "pages"', 'style = "scroll"', "stock.paging.style"),
        ('sku = "sku", quantity = "quantity", lot', 'sku = "sku", lot', "stock.fields.quantity"),
        ('line = { number = "number", ', "line = { ", "orders.line.number"),
        ('lot = "lot"\nours', 'colour = "lot"\nours', "moves.fields.colour"),
        ('path = "/api/stock"', 'path = "/api/{stock["', "stock.path"),
        ('next = "next", more', "more", "orders.paging.next"),
        ("repeatable = true", "repeatable = 1", "repeatable"),
    ],
)
def test_what_is_wrong_is_told_by_its_line_or_field(found: str, instead: str, said: str) -> None:
    assert found in GOOD
    with pytest.raises(InvalidMessage, match=re.escape(said)):
        parse_map(GOOD.replace(found, instead, 1))


def test_a_step_that_nobody_could_look_up_after_a_lost_answer_is_refused() -> None:
    start = GOOD.index("[tell.stock-adjusted.done]")
    end = GOOD.index("# --- what people do")
    with pytest.raises(InvalidMessage, match="nobody could tell") as raised:
        parse_map(GOOD[:start] + GOOD[end:])
    assert raised.value.field == "map: tell.stock-adjusted[0]"


def test_a_wms_that_knows_repeats_needs_no_search_and_has_no_fence() -> None:
    start = GOOD.index("[tell.stock-adjusted.done]")
    end = GOOD.index("# --- what people do")
    keyed = GOOD.replace("fence_s = 15", 'idempotency_header = "Idempotency-Key"', 1)
    shorter = len(keyed) - len(GOOD)
    found = parse_map(keyed[: start + shorter] + keyed[end + shorter :])
    assert found.idempotency_header == "Idempotency-Key"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("rest+http://host/base", "map"),
        ("rest+ftp://host/?map=podherd-fake", "not the address"),
        ("rest+http://host/?map=podherd-fake&fence=3", "fence_s and timeout_s"),
        ("rest+http://host/?map=podherd-fake&fence_s=soon", "no number"),
        ("rest+http://host/?map=podherd-fake&fence_s=-1", "0 or more"),
        ("rest+http://host/?map=no/such/file.toml", "cannot be read"),
    ],
)
def test_addresses_that_cannot_be_used(url: str, said: str) -> None:
    with pytest.raises(InvalidMessage, match=said):
        read_address(url)


def test_an_address_shows_no_secrets_and_changes_the_map() -> None:
    address = read_address("rest+https://bob:s%40cret@[::1]:81/base?map=podherd-fake&fence_s=2.5")
    assert address.shown == "rest+https://[::1]:81/base"
    assert address.base == "https://[::1]:81/base"
    assert address.auth == ("bob", "s@cret")
    assert address.fence_ms == 2_500


def test_a_secret_that_is_not_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUD_WMS_TOKEN", raising=False)
    with pytest.raises(InvalidMessage, match="CLOUD_WMS_TOKEN"):
        read_address("rest+https://host/?map=example-cloud-wms").wire()
