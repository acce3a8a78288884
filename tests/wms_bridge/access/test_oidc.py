"""Tokens of an identity provider, signed with keys made here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import Guarded
from wms_bridge.access.errors import InvalidAccess, NotSignedIn
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.jwks import jwks_of
from wms_bridge.access.oidc import LEEWAY_S, REFRESH_S, OidcParams, OidcVerifier
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app

NOW_S = 1_750_000_000
ISSUER, AUDIENCE = "https://id.example/realms/wh", "podherd"
RSA = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def jwks(*kids: str) -> dict[str, Any]:
    keys = []
    for kid in kids:
        algorithm: Any = jwt.algorithms.ECAlgorithm if kid == "ec" else jwt.algorithms.RSAAlgorithm
        public = CURVE.public_key() if kid == "ec" else RSA.public_key()
        keys.append({**json.loads(algorithm.to_jwk(public)), "kid": kid, "use": "sig"})
    return {"keys": keys}


def params(**more: Any) -> OidcParams:
    usual: dict[str, Any] = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "jwks": "keys.json",
        "roles_claim": "realm_access.roles",
        "roles": {"wh-admins": "admin", "wh-pickers": "picker"},
        "sites_claim": "sites",
    }
    return OidcParams(**{**usual, **more})


def verifier(**more: Any) -> OidcVerifier:
    return OidcVerifier(params(**more), lambda: jwks("one", "ec"), lambda: 0.0)


def claims(**more: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "anna",
        "iat": NOW_S,
        "exp": NOW_S + 300,
        "realm_access": {"roles": ["wh-pickers", "offline_access"]},
        "sites": ["three pods"],
    }
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "one", **more: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**more), key, algorithm, headers)


@pytest.mark.parametrize(
    "made",
    [token(), token(CURVE, "ES256", "ec"), token(RSA, "PS256"), token(aud=["other", AUDIENCE])],
    ids=["RS256", "ES256", "PS256", "many audiences"],
)
def test_claims_become_a_principal(made: str) -> None:
    found = verifier().principal_of(made, NOW_S * 1000)
    assert (found.who, found.roles) == ("oidc anna", frozenset({Role.PICKER}))
    assert (found.belongs_to("three pods"), found.belongs_to("another")) == (True, False)


def unsigned() -> str:
    return jwt.encode(claims(), None, "none", {"kid": "one"})  # type: ignore[arg-type]


def signed_with_the_public_key() -> str:
    # The attack on verifiers that let the token choose: HMAC with the public key as the secret.
    import base64
    import hashlib
    import hmac

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    text = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims())}"
    mac = hmac.new(PUBLIC_PEM, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: token(OTHER), id="another key"),
        pytest.param(lambda: token(kid="two"), id="unknown kid"),
        pytest.param(lambda: token(kid=None), id="no kid"),
        pytest.param(unsigned, id="alg none"),
        pytest.param(signed_with_the_public_key, id="HMAC with the public key"),
        pytest.param(lambda: token(iss="https://evil.example"), id="another issuer"),
        pytest.param(lambda: token(aud="payroll"), id="another audience"),
        pytest.param(lambda: token(aud=None), id="no audience"),
        pytest.param(lambda: token(exp=NOW_S - LEEWAY_S), id="over"),
        pytest.param(lambda: token(exp=None), id="no end"),
        pytest.param(lambda: token(iat=None), id="no beginning"),
        pytest.param(lambda: token(iat=NOW_S + 3600), id="of the future"),
        pytest.param(lambda: token(nbf=NOW_S + 3600), id="not yet"),
        pytest.param(lambda: token(exp="soon"), id="an end that is no number"),
        pytest.param(lambda: token(realm_access={"roles": ["others"]}), id="no role here"),
        pytest.param(lambda: token(realm_access="wh-admins"), id="roles elsewhere"),
        pytest.param(lambda: token(sites=None), id="no site"),
        pytest.param(lambda: token(sub=None), id="no name"),
        pytest.param(lambda: token(sub="key wms\n"), id="a name with a line end"),
        pytest.param(lambda: token()[:-4] + "AAAA", id="altered"),
        pytest.param(lambda: "a.b.c", id="not a token"),
        pytest.param(lambda: "ä.b.c", id="not ASCII"),
        pytest.param(lambda: token(more="x" * 20_000), id="too long"),
    ],
)
def test_tokens_that_are_not_valid(made: Callable[[], str]) -> None:
    with pytest.raises(NotSignedIn):
        verifier().principal_of(made(), NOW_S * 1000)


def test_new_keys_are_fetched_but_not_whenever_somebody_names_one() -> None:
    now, fetched = [0.0], []

    def fetch() -> dict[str, Any]:
        fetched.append(now[0])
        return jwks("one") if len(fetched) > 1 else jwks("old")

    verify = OidcVerifier(params(), fetch, lambda: now[0])
    for at in (0.0, 1.0, 2.0):
        now[0] = at
        with pytest.raises(NotSignedIn):
            verify.principal_of(token(), NOW_S * 1000)
    assert fetched == [0.0]
    now[0] = REFRESH_S
    assert verify.principal_of(token(), NOW_S * 1000).who == "oidc anna"


def test_provider_that_is_away_does_not_lock_out_those_whose_key_is_known() -> None:
    now, away = [0.0], [False]

    def fetch() -> dict[str, Any]:
        if away[0]:
            raise ConnectionError("no route")
        return jwks("one")

    verify = OidcVerifier(params(), fetch, lambda: now[0])
    assert verify.principal_of(token(), NOW_S * 1000)
    away[0], now[0] = True, 100_000.0
    assert verify.principal_of(token(), NOW_S * 1000)
    with pytest.raises(NotSignedIn):
        OidcVerifier(params(), fetch, lambda: 0.0).principal_of(token(), NOW_S * 1000)


@pytest.mark.parametrize(
    "wrong", [{"roles": {}}, {"roles": {"x": "boss"}}, {"sites_claim": None, "sites": ()}]
)
def test_settings_with_which_nobody_or_anybody_could_sign_in(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidAccess):
        params(**wrong)


def test_keys_come_from_a_file_or_by_https(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(jwks("one")))
    verify = OidcVerifier(params(jwks=str(file)), jwks_of(str(file)))
    assert verify.principal_of(token(), NOW_S * 1000)
    with pytest.raises(InvalidAccess, match="https"):
        jwks_of("http://id.example/keys")
    file.write_text("[]")
    with pytest.raises(InvalidAccess):
        jwks_of(str(file))()


def test_over_http_a_token_opens_what_its_role_may(guarded: Guarded, site: Site) -> None:
    access = Access(MemoryStore(), verifier=verifier())
    guarded.app = create_app(guarded.bridge, lambda: NOW_S * 1000, access=access)
    assert guarded.ask("GET", "/v1/me", token()).json()["who"] == "oidc anna"
    assert guarded.ask("GET", "/v1/skus", token()).status_code == 403
    admin = token(realm_access={"roles": ["wh-admins"]})
    assert guarded.ask("GET", "/v1/accounts", admin).is_success
    foreign = token(sites=["another"])
    assert guarded.ask("GET", "/v1/me", foreign).json()["code"] == "foreign_site"
    assert guarded.ask("GET", "/v1/me", token(OTHER)).status_code == 401
