"""``epcis+http(s)://[user:password@]host[:port][/base][?base=URI&owner=URI&gln=GLN&...]``."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from planner.warehouse.errors import InvalidMessage
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.records.counts import UNNAMED_SITE

_KNOWN = ("base", "owner", "gln", "offset", "fence_s", "timeout_s")
MAX_S = 3_600.0


@dataclass(frozen=True, slots=True)
class EpcisAddress:
    """Where a repository is, how our site is named in events, and how long it may take; ``shown``
    has no secrets. ``fence_s`` is 0 for a repository that knows repeats by their eventID."""

    base: str
    shown: str
    site: EpcisSite = UNNAMED_SITE
    auth: tuple[str, str] | None = field(default=None, repr=False)
    fence_s: float = 0.0
    timeout_s: float = 10.0


def read_address(url: str) -> EpcisAddress:
    """:class:`InvalidMessage` on an address that cannot be used."""
    parts = urlsplit(url)
    scheme = parts.scheme.removeprefix("epcis+")
    if scheme not in ("http", "https") or scheme == parts.scheme or not parts.hostname:
        raise _wrong("not the address of an EPCIS repository", parts.scheme)
    told = dict(parse_qsl(parts.query))
    unknown = [name for name in told if name not in _KNOWN]
    if unknown:
        raise _wrong(f"what it can say is {', '.join(_KNOWN)}", unknown[0])
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if parts.port is None else f"{host}:{parts.port}"
    base = f"{scheme}://{place}{parts.path.rstrip('/')}"
    site = EpcisSite(
        told.get("base", UNNAMED_SITE.base),
        told.get("owner", UNNAMED_SITE.owner),
        told.get("gln"),
        time_zone_offset=told.get("offset", UNNAMED_SITE.time_zone_offset),
    )
    user = None if parts.username is None else unquote(parts.username)
    auth = None if user is None else (user, unquote(parts.password or ""))
    fence_s, timeout_s = _seconds(told, "fence_s", 0.0), _seconds(told, "timeout_s", 10.0)
    return EpcisAddress(base, f"epcis+{base}", site, auth, fence_s, timeout_s)


def _seconds(told: dict[str, str], name: str, absent: float) -> float:
    try:
        value = float(told.get(name, absent))
    except ValueError:
        raise _wrong(f"{name} is no number of seconds", told[name]) from None
    if not 0 <= value <= MAX_S:
        raise _wrong(f"{name} is 0 to {MAX_S:.0f} seconds", told[name])
    return value


def _wrong(problem: str, value: str) -> InvalidMessage:
    return InvalidMessage(
        problem,
        field="wms",
        value=value,
        remedy="Write epcis+https://host/base; see docs/guides/epcis-capture.md.",
    )
