"""From an address to the way to a WMS."""

import asyncio
import sys
from types import ModuleType

import pytest

from planner.warehouse.errors import PodherdError
from tests.wms_bridge.links.test_link import PlainConnector
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.links.connect import CONNECTORS, way_to, with_password
from wms_bridge.links.sender import ConnectorSender
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage


@pytest.mark.parametrize("url", ["http://wms/hook", "https://wms.example/hook?a=1"])
def test_plain_address_is_a_webhook(url: str) -> None:
    way = way_to(url)
    assert isinstance(way.sender, WebhookSender)
    assert (way.connector, way.sender.fence_ms) == (None, 0)


@pytest.mark.parametrize("scheme", CONNECTORS)
def test_other_addresses_are_for_connectors(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def connect(url: str) -> PlainConnector:
        seen.append(url)
        return PlainConnector()

    module = ModuleType("connector")
    vars(module)["connect"] = connect
    monkeypatch.setitem(
        sys.modules, f"wms_bridge.connectors.{CONNECTORS[scheme]}", ModuleType("package")
    )
    monkeypatch.setitem(
        sys.modules, f"wms_bridge.connectors.{CONNECTORS[scheme]}.connector", module
    )
    way = way_to(f"{scheme}://eve@wms:8000/db?map=a", {"PODHERD_WMS_PASSWORD": "s3:cret/"})
    assert seen == [f"{scheme}://eve:s3%3Acret%2F@wms:8000/db?map=a"]
    assert isinstance(way.sender, ConnectorSender)
    assert way.connector is not None


@pytest.mark.parametrize("url", ["ftp://u:secret@wms/", "wms.example", "://", ""])
def test_address_that_leads_nowhere_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(PodherdError) as error:
        way_to(url)
    assert error.value.field == "wms"
    assert "secret" not in str(error.value)
    assert "tryton://" in str(error.value)


def test_password_in_the_address_stays() -> None:
    environment = {"PODHERD_WMS_PASSWORD": "other"}
    assert with_password("tryton://u:own@wms/db", environment) == "tryton://u:own@wms/db"
    assert with_password("folder:///srv/wms", environment) == "folder:///srv/wms"
    assert with_password("tryton://u@wms/db", {}) == "tryton://u@wms/db"


def test_message_that_cannot_be_read_is_refused() -> None:
    sender = ConnectorSender(PlainConnector())
    with pytest.raises(DeliveryFailed) as error:
        asyncio.run(sender.send(OutboxMessage(1, "no-such-kind/A", None, "{}", 0)))
    assert error.value.refused
