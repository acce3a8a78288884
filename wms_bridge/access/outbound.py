"""Where the bridge may send to: the guard against server-side request forgery (OWASP API7:2023).

A URL comes from whoever subscribes a webhook; what answers it may be a cloud's metadata service, a
database, the bridge itself. Only public addresses are let through unless allow-listed, and the
addresses checked are those to connect to: a name asked for again may have another address
(:mod:`wms_bridge.access.pinning` connects to them and to no other).
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from wms_bridge.access.errors import BlockedAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
MAX_URL = 2_000
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be sent to: connect to one of ``addresses``, and to nothing else."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name, as this machine finds them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BlockedAddress(
            "the host is not known", field="url", value=host, remedy="Look at its name."
        ) from error
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


class OutboundPolicy:
    """``allowed`` lists what may be sent to although it is not public: host names
    (``wms.local``), addresses and networks (``10.3.0.0/16``). With ``https_only`` plain HTTP is
    refused but to those."""

    def __init__(
        self,
        allowed: Iterable[str] = (),
        *,
        https_only: bool = False,
        resolver: Resolver = resolve,
    ):
        self._names: set[str] = set()
        self._networks: list[Network] = []
        self._https_only = https_only
        self._resolver = resolver
        for item in allowed:
            self._allow(item)

    def check(self, url: str) -> Target:
        """Where a URL leads; :class:`BlockedAddress` if the bridge may not send there. Asks the
        resolver for names."""
        parts = _split(url)
        host, port = _host_of(parts), _port_of(parts)
        literal = _literal(host)
        found = [str(literal)] if literal else self._resolver(host, port)
        addresses = tuple(map(_address, found))
        if not addresses:
            raise BlockedAddress("the host has no address", field="url", value=host)
        trusted = host in self._names
        for address in addresses:
            if not (trusted or self._listed(address) or is_public(address)):
                raise BlockedAddress(
                    "the address is not a public one",
                    field="url",
                    value=host,
                    remedy="Have the administrator allow it, if it is meant.",
                )
        plain = parts.scheme.lower() == "http"
        if self._https_only and plain and not trusted and not all(map(self._listed, addresses)):
            raise BlockedAddress("only https is sent to", field="url", value=host)
        return Target(url, host, port, tuple(map(str, addresses)))

    def _listed(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _allow(self, item: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(item))
        except ValueError as error:
            name = item.strip().lower().rstrip(".")
            if not _NAME.fullmatch(name) or _looks_like_a_number(name):
                raise BlockedAddress(
                    "not a host name, an address or a network", field="allowed", value=item
                ) from error
            self._names.add(name)


def is_public(address: Address) -> bool:
    """Whether an address is one of the whole internet: not private, loopback, link-local (cloud
    metadata), multicast, reserved or unspecified, also not as an IPv4 address inside of IPv6."""
    inner = _inner(address)
    if inner is not None and not is_public(inner):
        return False
    if inner is not None and isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        return True
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (isinstance(address, ipaddress.IPv6Address) and address in _NAT64_LOCAL)
        and not (isinstance(address, ipaddress.IPv6Address) and address in _COMPATIBLE)
    )


def without_password(url: str) -> str:
    """A URL as it may be shown: user and password left out, secrets of its query masked."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(not a URL)"
    user = "***@" if "@" in parts.netloc else ""
    query = re.sub(r"(^|&)([^=&]+)=[^&]*", r"\1\2=***", parts.query)
    return parts._replace(netloc=user + host, query=query, fragment="").geturl()


def _split(url: str) -> SplitResult:
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}')
    if not plain or len(url) > MAX_URL:
        raise BlockedAddress("not a URL", field="url", remedy="Encode what is not ASCII.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BlockedAddress("not a URL", field="url") from error
    if parts.scheme.lower() not in _PORTS:
        raise BlockedAddress("neither http nor https", field="url", value=parts.scheme)
    if "@" in parts.netloc:
        raise BlockedAddress(
            "a user or password in the URL", field="url", remedy="Sign with a secret instead."
        )
    return parts


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    bracketed = parts.netloc.startswith("[")
    if bracketed and "%" not in host:
        return host
    if bracketed or not _NAME.fullmatch(host):
        raise BlockedAddress("no usable host", field="url", value=host)
    return host


def _port_of(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise BlockedAddress("no usable port", field="url") from error
    if port == 0:
        raise BlockedAddress("no usable port", field="url", value=port)
    return port or _PORTS[parts.scheme.lower()]


def _literal(host: str) -> Address | None:
    # Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses: only the plain form is one
    # here, and nothing else that looks like one is asked for as a name.
    try:
        return ipaddress.ip_address(host)
    except ValueError as error:
        if _looks_like_a_number(host) or ":" in host:
            raise BlockedAddress(
                "not an address in its plain form", field="url", value=host
            ) from error
        return None


def _looks_like_a_number(host: str) -> bool:
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError as error:
        raise BlockedAddress("no usable address", field="url", value=text) from error


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
