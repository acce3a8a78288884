"""What an administrator may set of security; a JSON file at the start of the bridge."""

from dataclasses import dataclass, field

from planner.codec.messages import decode, from_json
from planner.warehouse.errors import PodherdError
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.limits import RateParams, SocketParams
from wms_bridge.access.oidc import OidcParams
from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.access.sessions import SessionParams


@dataclass(frozen=True, slots=True)
class OutboundParams:
    """Where webhooks may go to although it is not public (``allowed``: names, addresses, networks),
    and whether plain HTTP is refused elsewhere."""

    allowed: tuple[str, ...] = ()
    https_only: bool = False

    def policy(self) -> OutboundPolicy:
        """The guard that follows from it."""
        return OutboundPolicy(self.allowed, https_only=self.https_only)


@dataclass(frozen=True, slots=True)
class SecurityParams:
    """``trusted_proxies`` are addresses whose word on who asks, and whether by TLS, is taken;
    ``host_names`` the names under which callers may ask (none: any, or this machine's only, if the
    bridge listens to it alone)."""

    trusted_proxies: tuple[str, ...] = ()
    host_names: tuple[str, ...] = ()
    oidc: OidcParams | None = None
    rates: RateParams = field(default_factory=RateParams)
    sockets: SocketParams = field(default_factory=SocketParams)
    sessions: SessionParams = field(default_factory=SessionParams)
    outbound: OutboundParams = field(default_factory=OutboundParams)

    def __post_init__(self) -> None:
        if "*" in self.trusted_proxies:
            raise InvalidAccess(
                "anybody could say to be somebody else",
                field="trusted_proxies",
                remedy="List the addresses of your proxies.",
            )


def security_of(raw: bytes) -> SecurityParams:
    """The settings in a file; :class:`InvalidAccess` if they cannot be used."""
    try:
        return from_json(decode(raw), SecurityParams)
    except InvalidAccess:
        raise
    except PodherdError as error:
        raise InvalidAccess(
            f"the settings of security: {error.problem}", field=error.field
        ) from error
