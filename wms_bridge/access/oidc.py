"""Tokens of an identity provider (OpenID Connect): JSON web tokens, checked here."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt

from wms_bridge.access.errors import InvalidAccess, NotSignedIn
from wms_bridge.access.principal import Credential, Principal
from wms_bridge.access.roles import Role

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with a public key only: never ``none``, never a shared secret (RFC 8725, 3.1)."""
LEEWAY_S = 30
MAX_TOKEN = 16_384
REFRESH_S = 60.0
"""How often keys may be fetched again because a token names one that is not known."""
AGE_S = 3_600.0
_NAME = re.compile(r"[\x21-\x7e]{1,100}")

Jwks = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OidcParams:
    """``issuer`` and ``audience`` must be in the token. ``roles_claim`` and ``sites_claim`` name
    where roles and sites are (``realm_access.roles``); ``roles`` gives the role for each value
    found there, all other values give none. Without ``sites_claim`` everybody has ``sites``."""

    issuer: str
    audience: str
    jwks: str
    """URL or file of the keys."""
    roles_claim: str = "roles"
    roles: Mapping[str, str] = field(default_factory=dict)
    sites_claim: str | None = None
    sites: tuple[str, ...] = ()
    name_claim: str = "sub"

    def __post_init__(self) -> None:
        unknown = set(self.roles.values()) - {role.value for role in Role}
        if unknown:
            raise InvalidAccess("no such role", field="oidc.roles", value=sorted(unknown)[0])
        if not self.roles or not (self.sites_claim or self.sites):
            raise InvalidAccess(
                "nobody could sign in", field="oidc", remedy="Set roles, and sites or sites_claim."
            )


class OidcVerifier:
    """Checks tokens with the keys that ``fetch`` gives (a JWKS, RFC 7517). Safe to use from
    several threads."""

    def __init__(
        self,
        params: OidcParams,
        fetch: Callable[[], Jwks],
        ticks: Callable[[], float] = time.monotonic,
    ):
        self._params = params
        self._fetch = fetch
        self._ticks = ticks
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_s: float | None = None

    def principal_of(self, token: str, now_ms: int) -> Principal:
        """Who a token speaks for; :class:`NotSignedIn` if it is not valid at ``now_ms``, or gives
        no role here."""
        claims = self._claims(token, now_ms)
        name = claims.get(self._params.name_claim)
        roles = frozenset(
            Role(self._params.roles[value])
            for value in _strings(claims, self._params.roles_claim)
            if value in self._params.roles
        )
        sites = self._params.sites
        if self._params.sites_claim is not None:
            sites = tuple(_strings(claims, self._params.sites_claim))
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not roles or not sites:
            raise NotSignedIn("the token gives no name, no role or no site")
        return Principal(f"oidc {name}", roles, frozenset(sites), Credential.OIDC)

    def _claims(self, token: str, now_ms: int) -> dict[str, Any]:
        if len(token) > MAX_TOKEN:
            raise NotSignedIn("the token is too long")
        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") not in ALGORITHMS or "crit" in head:
                raise NotSignedIn("the token is not signed as it must be")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(head.get("kid")).key,
                algorithms=list(ALGORITHMS),
                audience=self._params.audience,
                issuer=self._params.issuer,
                # Times are compared below, with the bridge's own clock.
                options={
                    "require": ["exp", "iat", "iss", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotSignedIn("the token is not valid") from error
        _check_times(claims, now_ms)
        return claims

    def _key(self, kid: object) -> jwt.PyJWK:
        now = self._ticks()
        age = None if self._fetched_s is None else now - self._fetched_s
        if age is None or age >= AGE_S or (kid not in self._keys and age >= REFRESH_S):
            self._refresh(now)
        found = self._keys.get(kid) if isinstance(kid, str) else None
        if found is None:
            raise NotSignedIn("the token names no key of the identity provider")
        return found

    def _refresh(self, now: float) -> None:
        self._fetched_s = now
        try:
            keys = jwt.PyJWKSet.from_dict(dict(self._fetch())).keys
        except Exception as error:
            if not self._keys:
                raise NotSignedIn("the keys of the identity provider cannot be read") from error
            return
        self._keys = {
            key.key_id: key for key in keys if key.key_id and key.public_key_use in (None, "sig")
        }


def _check_times(claims: Mapping[str, Any], now_ms: int) -> None:
    now_s = now_ms / 1000
    times = [claims.get(name) for name in ("exp", "iat", "nbf")]
    if not all(isinstance(one, int | float) for one in times if one is not None):
        raise NotSignedIn("the token's times are no numbers")
    ends, made, begins = times
    if ends is None or made is None or ends + LEEWAY_S <= now_s:
        raise NotSignedIn("the token is over")
    if made - LEEWAY_S > now_s or (begins is not None and begins - LEEWAY_S > now_s):
        raise NotSignedIn("the token is of the future")


def _strings(claims: Mapping[str, Any], path: str) -> Sequence[str]:
    value: object = claims
    for name in [path] if path in claims else path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return [value]
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]
