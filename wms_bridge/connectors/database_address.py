"""``system://user:password@host:port/database?option=value``: where a WMS on a database is."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import SlotId

PASSWORD_VARIABLE = "PODHERD_WMS_PASSWORD"
_OPTIONS = ("fence_s", "timeout_s", "overlap_s", "locations", "warehouse")
_HTTPS_PORT = 443
Choice = TypeVar("Choice", bound=StrEnum)


class Locations(StrEnum):
    """What a location of the WMS is to us."""

    POD = "pod"
    SLOT = "slot"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """Where a WMS is and how it is used; ``shown`` has no secrets. ``overlap_s`` is how far back
    every poll looks again: longer than the longest transaction there."""

    endpoint: str
    shown: str
    user: str
    password: str
    fence_s: float
    timeout_s: float
    overlap_s: float
    locations: Locations = Locations.POD
    warehouse: str = "WH"

    @property
    def fence_ms(self) -> int:
        """See :class:`wms_bridge.connectors.port.Connector`."""
        return round(self.fence_s * 1000)

    def code_of(self, slot: SlotId) -> str:
        """What the WMS calls the place of a slot."""
        return slot if self.locations is Locations.SLOT else slot.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Form:
    """How the addresses of a WMS are written: ``article`` is what it is called in a sentence,
    ``port`` where it listens without TLS if nothing is said, ``more`` the options that only it
    has."""

    scheme: str
    article: str
    port: int
    more: tuple[str, ...] = ()

    def read(self, url: str) -> "DatabaseUrl":
        """:class:`InvalidMessage` on an address that is not of this form."""
        parts = urlsplit(url)
        plain, tls = (self.scheme, f"{self.scheme}+http"), f"{self.scheme}+https"
        database = parts.path.strip("/")
        known = parts.scheme in (*plain, tls)
        if not known or not parts.hostname or not database or "/" in database:
            raise self.wrong(f"not the address of {self.article}", parts.scheme)
        if not parts.username:
            raise self.wrong("it names no user", "")
        options = parse_qs(parts.query, keep_blank_values=True)
        allowed = (*_OPTIONS, *self.more)
        unknown = sorted(set(options) - set(allowed))
        if unknown:
            raise self.wrong(f"what it can say is {', '.join(allowed)}", unknown[0])
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        web, usual = ("https", _HTTPS_PORT) if parts.scheme == tls else ("http", self.port)
        place = f"{host}:{parts.port or usual}"
        return DatabaseUrl(
            form=self,
            site=f"{web}://{place}",
            database=database,
            shown=f"{parts.scheme}://{place}/{database}",
            user=unquote(parts.username),
            password=_password(parts.password),
            options=options,
        )

    def wrong(self, problem: str, value: str) -> InvalidMessage:
        """What is said of an address that cannot be used."""
        form = f"{self.scheme}://user:password@host:port/database"
        return InvalidMessage(
            problem,
            field="wms",
            value=value,
            remedy=f"Write {form}; see docs/guides/wms-{self.scheme}.md.",
        )


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """The parts of an address: ``site`` is how it begins on the web, ``database`` as it is written
    there. What its options do not say is as ``usual``."""

    form: Form
    site: str
    database: str
    shown: str
    user: str
    password: str
    options: Mapping[str, Sequence[str]]

    def seconds(self, name: str, usual: float) -> float:
        """More than 0; :class:`InvalidMessage` on anything else."""
        if name not in self.options:
            return usual
        text = self.options[name][0]
        try:
            value = float(text)
        except ValueError:
            raise self.form.wrong(f"{name} is no number of seconds", text) from None
        if not 0 < value < float("inf"):
            raise self.form.wrong(f"{name} is more than 0 seconds", text)
        return value

    def choice(self, name: str, usual: Choice) -> Choice:
        """One of its kind; :class:`InvalidMessage` on anything else."""
        text = self.text(name, str(usual))
        try:
            return type(usual)(text)
        except ValueError:
            raise self.form.wrong(f"{name} is {' or '.join(type(usual))}", text) from None

    def text(self, name: str, usual: str) -> str:
        """As it is written."""
        return self.options[name][0] if name in self.options else usual


def _password(written: str | None) -> str:
    if written:
        return unquote(written)
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise InvalidMessage(
            "there is no password",
            field=PASSWORD_VARIABLE,
            remedy=f"Set the environment variable {PASSWORD_VARIABLE}.",
        )
    return password
