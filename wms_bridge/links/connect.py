"""From the address of a WMS to the way there: ``tryton://``, ``odoo://``, ``rest+http://``,
``folder://``, ``epcis+http://``; ``http://`` and ``https://`` are plain webhooks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import quote, urlsplit, urlunsplit

from planner.warehouse.errors import PodherdError
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.connectors.port import Connector
from wms_bridge.links.sender import ConnectorSender
from wms_bridge.ports.links import WmsSender

PASSWORD_VARIABLE = "PODHERD_WMS_PASSWORD"
WEBHOOKS = ("http", "https")
CONNECTORS = {
    "tryton": "tryton",
    "tryton+https": "tryton",
    "odoo": "odoo",
    "odoo+https": "odoo",
    "rest+http": "rest",
    "rest+https": "rest",
    "folder": "folder",
    "epcis+http": "epcis",
    "epcis+https": "epcis",
}
"""The package of the connector for each scheme."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a WMS: what is told goes through ``sender``; ``connector`` is there if it can be
    asked, too."""

    sender: WmsSender
    connector: Connector | None = None


class _ConnectorModule(Protocol):
    def connect(self, url: str) -> Connector: ...


def way_to(url: str, environment: Mapping[str, str] = os.environ) -> Way:
    """The way to the WMS at ``url``. A password that is not in it is taken from the environment
    (``PODHERD_WMS_PASSWORD``). :class:`PodherdError` on an address that leads nowhere."""
    scheme = url.partition("://")[0].lower()
    if scheme in WEBHOOKS:
        return Way(WebhookSender(url))
    package = CONNECTORS.get(scheme)
    if package is None or "://" not in url:
        raise _wrong(f"no connector for {scheme!r}" if "://" in url else "not an address")
    try:
        module = import_module(f"wms_bridge.connectors.{package}.connector")
    except ModuleNotFoundError as error:
        raise _wrong(f"the connector for {scheme!r} is not there: {error.name}") from error
    connector = cast(_ConnectorModule, module).connect(with_password(url, environment))
    return Way(ConnectorSender(connector), connector)


def with_password(url: str, environment: Mapping[str, str]) -> str:
    """The address with the password from the environment, if it names a user and no password."""
    parts = urlsplit(url)
    secret = environment.get(PASSWORD_VARIABLE)
    if not secret or parts.username is None or parts.password is not None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.rstrip(':')}:{quote(secret, safe='')}@{host}"
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, parts.fragment))


def _wrong(problem: str) -> PodherdError:
    # The address is not told: there may be a password in it.
    known = ", ".join(f"{scheme}://" for scheme in (*WEBHOOKS, *CONNECTORS))
    return PodherdError(problem, field="wms", remedy=f"Give an address that begins with {known}.")
